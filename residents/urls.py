from django.urls import path

from residents import views

app_name = "residents"
urlpatterns = [
    path("", views.estates, name="estates"),
    path("estates/<int:area_id>/", views.estate, name="estate"),
    path("estates/<int:area_id>/plan/", views.plan, name="plan"),
    path("buildings/<uuid:building_id>/", views.building, name="building"),
    path("dwellings/<uuid:dwelling_id>/", views.dwelling, name="dwelling"),
    path("dwellings/<uuid:dwelling_id>/register/", views.register, name="register"),
    path("dwellings/<uuid:dwelling_id>/move-in/<uuid:resident_id>/", views.move_in, name="move_in"),
    path("households/<uuid:household_id>/add/", views.add_member, name="add_member"),
    path("forms/<str:key>/<uuid:subject_id>/", views.edit, name="edit"),
    path("residents/<uuid:resident_id>/", views.resident, name="resident"),
    path(
        "residents/<uuid:resident_id>/consents/<str:purpose>/give/",
        views.give_consent,
        name="give_consent",
    ),
    path(
        "residents/<uuid:resident_id>/consents/<str:purpose>/withdraw/",
        views.withdraw_consent,
        name="withdraw_consent",
    ),
    path("search/", views.search, name="search"),
]
