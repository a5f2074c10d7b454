from django.urls import path

from datasharing.views import grants, log

app_name = "datasharing"
urlpatterns = [
    path("access-log/", log.access_log, name="access_log"),
    path("grants/", grants.grants, name="grants"),
]
