"""Organisations and vehicles of the registry."""

from django.urls import path

from residents.api import registry_views as views

app_name = "registry_api"
urlpatterns = [
    path("organisations/", views.Organisations.as_view(), name="organisations"),
    path(
        "organisations/<uuid:organisation_id>/", views.Organisation.as_view(), name="organisation"
    ),
    path("vehicles/", views.Vehicles.as_view(), name="vehicles"),
    path("vehicles/<uuid:vehicle_id>/", views.Vehicle.as_view(), name="vehicle"),
]
