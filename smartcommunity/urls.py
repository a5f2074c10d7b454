"""All routes. Each view states who may open it (accounts.access); a test enumerates them."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.access import public, signed_in
from accounts.live_view import stream
from smartcommunity.home import home
from smartcommunity.kernel import health
from smartcommunity.kernel.styleguide import styleguide

# Split: its script is a file of its own, which the content policy demands.
api_docs = SpectacularSwaggerSplitView.as_view(url_name="api_schema")

urlpatterns = [
    path("", home, name="home"),
    path("live/", stream, name="live"),
    path("healthz", public(health.alive), name="alive"),
    path("readyz", public(health.ready), name="ready"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("accounts.urls")),
    path("sharing/", include("datasharing.urls")),
    path("registry/", include("residents.urls")),
    path("devices/", include("devices.urls")),
    path("security/", include("security.urls")),
    path("services/", include("services.urls")),
    path("m/", include("services.urls_mobile")),
    # One door for everybody: Django's own would not ask for the second factor.
    path("admin/login/", RedirectView.as_view(pattern_name="accounts:sign_in", query_string=True)),
    path("admin/", admin.site.urls),
    path("api/v1/sharing/", include("datasharing.api.urls")),
    path("api/v1/residents/", include("residents.api.urls")),
    path("api/v1/registry/", include("residents.api.registry_urls")),
    path("api/v1/devices/", include("devices.api.urls")),
    path("api/v1/security/", include("security.api.urls")),
    path("api/v1/services/", include("services.api.urls")),
    path("api/v1/schema/", signed_in(SpectacularAPIView.as_view()), name="api_schema"),
    path("api/v1/docs/", signed_in(api_docs), name="api_docs"),
]
if settings.DEBUG:
    urlpatterns.append(path("styleguide/", public(styleguide), name="styleguide"))

handler400 = "smartcommunity.kernel.error_pages.bad_request"
handler403 = "smartcommunity.kernel.error_pages.permission_denied"
handler404 = "smartcommunity.kernel.error_pages.page_not_found"
handler500 = "smartcommunity.kernel.error_pages.server_error"
