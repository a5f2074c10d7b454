"""Reads of the registry. Each takes the viewer and returns only what he may see."""

from residents.selectors.consents import consent_to_ask, live_consent
from residents.selectors.entry import (
    OpenForm,
    household_home,
    locate,
    new_form,
    open_form,
)
from residents.selectors.places import (
    building_chart,
    dwelling,
    estate,
    estate_area,
    estates,
    find_dwelling,
    plan,
    plan_point,
)
from residents.selectors.reading import recorded, text_of
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
    DwellingView,
    ElementView,
    EstateView,
    Found,
    OwnRecord,
    Person,
    ResidentView,
    Subject,
)

__all__ = [
    "BuildingChart",
    "DwellingView",
    "ElementView",
    "EstateView",
    "Found",
    "OpenForm",
    "OwnRecord",
    "Person",
    "ResidentView",
    "Subject",
    "building_chart",
    "consent_to_ask",
    "dwelling",
    "estate",
    "estate_area",
    "estates",
    "find_dwelling",
    "household_home",
    "listed",
    "live_consent",
    "locate",
    "names",
    "new_form",
    "open_form",
    "own_record",
    "people",
    "plan",
    "plan_point",
    "profile",
    "recorded",
    "search",
    "searches_for",
    "text_of",
]
