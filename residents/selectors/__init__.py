"""Reads of the registry. Each takes the viewer and returns only what he may see."""

from residents.selectors.addresses import Address, find_addresses
from residents.selectors.briefs import Brief, briefs, listed_subjects, page_of_briefs
from residents.selectors.consents import consent_to_ask, live_consent
from residents.selectors.entry import (
    OpenForm,
    differences,
    household_home,
    locate,
    new_belonging,
    new_form,
    open_form,
)
from residents.selectors.finding import (
    find_by_credit_code,
    find_organisations,
    find_vehicles,
)
from residents.selectors.history import correction, history
from residents.selectors.links import building_links, dwelling_links, resident_links
from residents.selectors.organisations import organisation
from residents.selectors.places import (
    building_chart,
    dwelling,
    estate,
    estate_area,
    estates,
    find_building,
    find_dwelling,
    plan,
    plan_point,
)
from residents.selectors.proposals import proposals, proposals_to_decide
from residents.selectors.reading import recorded
from residents.selectors.residents import (
    listed,
    names,
    own_record,
    people,
    profile,
    search,
    searches_for,
)
from residents.selectors.shapes import (
    BuildingChart,
    Correction,
    Difference,
    DwellingView,
    ElementView,
    EstateView,
    Found,
    History,
    OwnRecord,
    Person,
    ProposalView,
    ResidentView,
    Subject,
    Waiting,
)
from residents.selectors.vehicles import Keepers, keepers_at, vehicle

__all__ = [
    "Address",
    "Brief",
    "BuildingChart",
    "Correction",
    "Difference",
    "DwellingView",
    "ElementView",
    "EstateView",
    "Found",
    "History",
    "Keepers",
    "OpenForm",
    "OwnRecord",
    "Person",
    "ProposalView",
    "ResidentView",
    "Subject",
    "Waiting",
    "briefs",
    "building_chart",
    "building_links",
    "consent_to_ask",
    "correction",
    "differences",
    "dwelling",
    "dwelling_links",
    "estate",
    "estate_area",
    "estates",
    "find_addresses",
    "find_building",
    "find_by_credit_code",
    "find_dwelling",
    "find_organisations",
    "find_vehicles",
    "history",
    "household_home",
    "keepers_at",
    "listed",
    "listed_subjects",
    "live_consent",
    "locate",
    "names",
    "new_belonging",
    "new_form",
    "open_form",
    "organisation",
    "own_record",
    "page_of_briefs",
    "people",
    "plan",
    "plan_point",
    "profile",
    "proposals",
    "proposals_to_decide",
    "recorded",
    "resident_links",
    "search",
    "searches_for",
    "vehicle",
]
