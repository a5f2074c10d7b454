from django.urls import path

from residents import proposal_views, views

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
    path("proposals/", proposal_views.proposals, name="proposals"),
    path("proposals/<uuid:proposal_id>/accept/", proposal_views.accept, name="accept_proposal"),
    path("proposals/<uuid:proposal_id>/reject/", proposal_views.reject, name="reject_proposal"),
    path(
        "proposals/<uuid:proposal_id>/withdraw/",
        proposal_views.withdraw,
        name="withdraw_proposal",
    ),
    path(
        "values/<str:subject>/<uuid:subject_id>/<str:element>/history/",
        proposal_views.history,
        name="history",
    ),
    path(
        "values/<str:subject>/<uuid:subject_id>/<str:element>/correct/",
        proposal_views.correct,
        name="correct",
    ),
]
