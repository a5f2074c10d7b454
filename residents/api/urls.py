from django.urls import path

from residents.api import views

app_name = "residents_api"
urlpatterns = [
    path("", views.Residents.as_view(), name="residents"),
    path("<uuid:resident_id>/reveal/", views.Reveal.as_view(), name="reveal"),
    path("<uuid:resident_id>/", views.Resident.as_view(), name="resident"),
]
