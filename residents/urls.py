from django.urls import path

from residents.views import (
    entry,
    lists,
    organisations,
    people,
    places,
    proposals,
    residences,
    seals,
    vehicles,
)

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
    path("residents/", lists.residents, name="residents"),
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
    path("residences/<uuid:residence_id>/", residences.residence, name="residence"),
    path("households/<uuid:household_id>/move/", residences.move, name="move_household"),
    path("residents/<uuid:resident_id>/work/", organisations.employ, name="employ"),
    path(
        "residents/<uuid:resident_id>/work/<uuid:employment_id>/end/",
        organisations.end_employment,
        name="end_employment",
    ),
    path("addresses/", places.address_choices, name="address_choices"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/<uuid:organisation_id>/", organisations.organisation, name="organisation"),
    path(
        "organisations/<uuid:organisation_id>/move/", organisations.move, name="move_organisation"
    ),
    path(
        "dwellings/<uuid:dwelling_id>/organisations/register/",
        organisations.register_at_dwelling,
        name="register_organisation",
    ),
    path(
        "buildings/<uuid:building_id>/organisations/register/",
        organisations.register_at_building,
        name="register_organisation_in",
    ),
    path("vehicles/", vehicles.vehicles, name="vehicles"),
    path("vehicles/<uuid:vehicle_id>/", vehicles.vehicle, name="vehicle"),
    path("vehicles/<uuid:vehicle_id>/keeper/", vehicles.keeper, name="set_keeper"),
    path(
        "dwellings/<uuid:dwelling_id>/vehicles/register/",
        vehicles.register,
        name="register_vehicle",
    ),
    path("residents/<uuid:resident_id>/seal/", seals.propose_seal, name="propose_seal"),
    path("seals/", seals.seals, name="seals"),
    path("seals/<uuid:seal_id>/approve/", seals.approve_seal, name="approve_seal"),
    path("seals/<uuid:seal_id>/refuse/", seals.refuse_seal, name="refuse_seal"),
    path("seals/<uuid:seal_id>/ask-lift/", seals.ask_lift, name="ask_lift"),
    path("seals/<uuid:seal_id>/keep/", seals.keep_seal, name="keep_seal"),
    path("seals/<uuid:seal_id>/lift/", seals.lift_seal, name="lift_seal"),
    path("search/", people.search, name="search"),
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
