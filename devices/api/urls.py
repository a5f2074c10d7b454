from django.urls import path

from devices.api import views

app_name = "devices_api"
urlpatterns = [
    path("", views.Devices.as_view(), name="devices"),
    path("<uuid:device_id>/", views.Device.as_view(), name="device"),
]
