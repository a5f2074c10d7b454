from django.urls import path

from services.api import views

app_name = "services_api"
urlpatterns = [
    path("requests/", views.RequestList.as_view(), name="requests"),
    path("requests/<uuid:request_id>/", views.RequestRead.as_view(), name="request"),
]
