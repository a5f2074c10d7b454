from django.urls import path

from datasharing.api import views

app_name = "datasharing_api"
urlpatterns = [
    path("elements/", views.Elements.as_view(), name="elements"),
    path("elements/<slug:key>/", views.Element.as_view(), name="element"),
    path("grants/", views.Grants.as_view(), name="grants"),
    path("grants/<uuid:grant_id>/", views.Grant.as_view(), name="grant"),
    path("grants/<uuid:grant_id>/refuse/", views.Refuse.as_view(), name="refuse_grant"),
    path("grants/<uuid:grant_id>/revoke/", views.Revoke.as_view(), name="revoke_grant"),
]
