"""All routes. Each view states who may open it (accounts.access); a test enumerates them."""

from django.contrib import admin
from django.urls import include, path

from smartcommunity.kernel import health

urlpatterns = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("accounts/", include("accounts.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "smartcommunity.kernel.error_pages.bad_request"
handler403 = "smartcommunity.kernel.error_pages.permission_denied"
handler404 = "smartcommunity.kernel.error_pages.page_not_found"
handler500 = "smartcommunity.kernel.error_pages.server_error"
