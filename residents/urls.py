from django.urls import path

from residents.views import entry, imports, people, places, proposals, seals

app_name = "residents"
urlpatterns = [
    path("", places.estates, name="estates"),
    path("estates/<int:area_id>/", places.estate, name="estate"),
    path("estates/<int:area_id>/plan/", places.plan, name="plan"),
    path("buildings/<uuid:building_id>/", places.building, name="building"),
    path("dwellings/<uuid:dwelling_id>/", places.dwelling, name="dwelling"),
    path("dwellings/<uuid:dwelling_id>/register/", entry.register, name="register"),
    path("dwellings/<uuid:dwelling_id>/move-in/<uuid:resident_id>/", entry.move_in, name="move_in"),
    path("households/<uuid:household_id>/add/", entry.add_member, name="add_member"),
    path("forms/<str:key>/<uuid:subject_id>/", entry.edit, name="edit"),
    path("residents/<uuid:resident_id>/", people.resident, name="resident"),
    path(
        "residents/<uuid:resident_id>/consents/<str:purpose>/give/",
        people.give_consent,
        name="give_consent",
    ),
    path(
        "residents/<uuid:resident_id>/consents/<str:purpose>/withdraw/",
        people.withdraw_consent,
        name="withdraw_consent",
    ),
    path("residents/<uuid:resident_id>/seal/", seals.propose_seal, name="propose_seal"),
    path("seals/", seals.seals, name="seals"),
    path("seals/<uuid:seal_id>/approve/", seals.approve_seal, name="approve_seal"),
    path("seals/<uuid:seal_id>/refuse/", seals.refuse_seal, name="refuse_seal"),
    path("seals/<uuid:seal_id>/ask-lift/", seals.ask_lift, name="ask_lift"),
    path("seals/<uuid:seal_id>/keep/", seals.keep_seal, name="keep_seal"),
    path("seals/<uuid:seal_id>/lift/", seals.lift_seal, name="lift_seal"),
    path("search/", people.search, name="search"),
    path("imports/", imports.index, name="imports"),
    path("imports/forms/<str:key>/", imports.upload, name="import_upload"),
    path("imports/forms/<str:key>/blank/<str:kind>/", imports.blank, name="import_blank"),
    path("imports/<uuid:import_id>/", imports.detail, name="import"),
    path("imports/<uuid:import_id>/faults/", imports.faults, name="import_faults"),
    path("imports/<uuid:import_id>/<str:step>/", imports.step, name="import_step"),
    path("proposals/", proposals.proposals, name="proposals"),
    path("proposals/<uuid:proposal_id>/accept/", proposals.accept, name="accept_proposal"),
    path("proposals/<uuid:proposal_id>/reject/", proposals.reject, name="reject_proposal"),
    path(
        "proposals/<uuid:proposal_id>/withdraw/",
        proposals.withdraw,
        name="withdraw_proposal",
    ),
    path(
        "values/<str:subject>/<uuid:subject_id>/<str:element>/history/",
        proposals.history,
        name="history",
    ),
    path("recorded/<uuid:record_id>/", proposals.as_recorded, name="as_recorded"),
    path(
        "values/<str:subject>/<uuid:subject_id>/<str:element>/correct/",
        proposals.correct,
        name="correct",
    ),
]
