from django.urls import path

from devices import views

app_name = "devices"
urlpatterns = [
    path("", views.device_list, name="list"),
    path("map/", views.device_map, name="map"),
    path("plan.json", views.plan, name="plan"),
    path("new/", views.enrol, name="enrol"),
    path("intake/", views.intake, name="intake"),
    path("intake/refused/", views.refused, name="refused"),
    path("intake/<int:raw_id>/replay/", views.replay, name="replay"),
    path("<uuid:device_id>/", views.detail, name="detail"),
    path("<uuid:device_id>/open/", views.open_gate, name="open"),
]
