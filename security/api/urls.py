from django.urls import path

from security.api.views import AlertList, PassageList

app_name = "security_api"
urlpatterns = [
    path("alerts/", AlertList.as_view(), name="alerts"),
    path("passages/", PassageList.as_view(), name="passages"),
]
