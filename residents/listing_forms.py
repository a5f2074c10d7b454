"""The form over the list of residents: one group of controls for each element filtered by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Area
from datasharing import values
from datasharing.models import DataElement
from residents.filters import AGED_FLAG, MOST_FILTERS, Filter, How, Listing
from residents.selectors.lists import MOST_COLUMNS, Offered

ANY = ""
STATES = {How.RECORDED: _("recorded"), How.MISSING: _("not recorded")}
SORT_LABELS = {"": _("Latest entered first"), "name": _("Name"), "birth_date": _("Birth date")}
DAY = forms.DateInput(attrs={"type": "date", "autocomplete": "off"})


class ListingForm(forms.Form):
    """Sent by POST: what is filtered by is personal data. After `is_valid()`, `listing` is what was
    asked; `active` are the elements filtered by, in order."""

    use_required_attribute = False
    area = forms.TypedChoiceField(label=_("Area"), required=False, coerce=int, empty_value=None)
    sort = forms.ChoiceField(label=_("Order"), required=False)
    columns = forms.MultipleChoiceField(
        label=_("Columns"), required=False, widget=forms.CheckboxSelectMultiple
    )
    more = forms.ChoiceField(label=_("Filter by"), required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        listing: Listing,
        offered: Sequence[Offered],
        sorts: Sequence[str],
        areas: Sequence[Area],
    ) -> None:
        given = {one.element: one for one in listing.filters}
        known = {one.key: one for one in offered}
        start = {"area": listing.area, "sort": listing.sort, "columns": list(listing.columns)}
        super().__init__(data, initial={**start, **_initial(given)})
        self.known = known
        self.listing = listing
        asked = data.getlist("on") if data is not None else list(given)
        self.strange = [key for key in asked if key not in known or not known[key].ways]
        self.active = [key for key in dict.fromkeys(asked) if key not in self.strange]
        fields: Any = self.fields
        fields["area"].choices = [
            (ANY, _("everywhere I work")),
            *((a.pk, _place(a)) for a in areas),
        ]
        fields["sort"].choices = [(key, SORT_LABELS[key]) for key in ("", *sorts)]
        fields["columns"].choices = [(one.key, one.element.label) for one in offered]
        self._rows()

    def _rows(self) -> None:
        """The controls of the active elements, and the elements that may still be added."""
        for key in self.active:
            self.fields.update(_controls(self.known[key]))
        rest = [one for one in self.known.values() if one.ways and one.key not in self.active]
        sections: dict[str, list[tuple[str, str]]] = {}
        for one in rest:
            sections.setdefault(one.section, []).append((one.key, one.element.label))
        choices: Any = self.fields["more"]
        choices.choices = [("", "—"), *sections.items()]

    def groups(self) -> list[tuple[DataElement, list[forms.BoundField]]]:
        return [
            (self.known[key].element, [self[name] for name in _controls(self.known[key])])
            for key in self.active
        ]

    def clean(self) -> dict[str, Any]:
        if self.strange:
            self.add_error(None, _("Your department cannot filter by one of these elements."))
        if len(self.active) > MOST_FILTERS:
            text = _("At most %(count)d filters at once. Remove one.") % {"count": MOST_FILTERS}
            self.add_error(None, text)
        columns = self.cleaned_data.get("columns") or []
        if len(columns) > MOST_COLUMNS:
            text = _("At most %(count)d columns. Leave some out.") % {"count": MOST_COLUMNS}
            self.add_error("columns", text)
        filters = [found for key in self.active if (found := self._filter(self.known[key]))]
        self.listing = Listing(
            self.cleaned_data.get("area"),
            tuple(columns),
            tuple(filters),
            self.cleaned_data.get("sort") or "",
        )
        return self.cleaned_data

    def _filter(self, one: Offered) -> Filter | None:
        given, key = self.cleaned_data, one.key
        state = given.get(f"v.{key}") or ""
        if state in {How.RECORDED, How.MISSING}:
            return Filter(key, How(state))
        if state:
            return Filter(key, How.IS, state.removeprefix("="))
        if How.BETWEEN in one.ways:
            since, until = given.get(f"a.{key}"), given.get(f"b.{key}")
            if since and until and until < since:
                self.add_error(f"b.{key}", _("This day is before the first. Check both."))
            if since or until:
                days = (day.isoformat() if day else "" for day in (since, until))
                return Filter(key, How.BETWEEN, *days)
        text = (given.get(f"t.{key}") or "").strip()
        if not text:
            return None
        how = How.BEGINS if How.BEGINS in one.ways else How.IS
        return Filter(key, how, text)


def _controls(one: Offered) -> dict[str, forms.Field]:
    """{name: field} of an element: a state or code to choose, and a text or a period."""
    key, element, ways = one.key, one.element, one.ways
    choices: list[tuple[str, Any]] = [(ANY, "—")]
    if How.IS in ways and element.type == "code" and element.code_list:
        choices += [(f"={code.code}", code.label) for code in element.code_list.codes.all()]
    if How.IS in ways and (element.type == "boolean" or key == AGED_FLAG):
        choices += [(f"={values.TRUE}", values.YES), (f"={values.FALSE}", values.NO)]
    choices += [(how, label) for how, label in STATES.items() if how in ways]
    label = element.label
    found: dict[str, forms.Field] = {
        f"v.{key}": forms.ChoiceField(label=label, choices=choices, required=False)
    }
    typed = (How.IS in ways and element.type not in {"code", "boolean"}) or How.BEGINS in ways
    if How.BETWEEN in ways:
        found[f"a.{key}"] = forms.DateField(label=_("from"), required=False, widget=DAY)
        found[f"b.{key}"] = forms.DateField(label=_("until"), required=False, widget=DAY)
    elif typed and key != AGED_FLAG:
        wording = _("begins with") if How.BEGINS in ways else _("is exactly")
        off = forms.TextInput(attrs={"autocomplete": "off"})
        found[f"t.{key}"] = forms.CharField(
            label=wording, required=False, max_length=64, widget=off
        )
    return found


def _initial(given: Mapping[str, Filter]) -> dict[str, str]:
    """The controls filled in as they were sent."""
    found: dict[str, str] = {}
    for key, asked in given.items():
        if asked.how in {How.RECORDED, How.MISSING}:
            found[f"v.{key}"] = asked.how
        elif asked.how == How.BETWEEN:
            found |= {f"a.{key}": asked.value, f"b.{key}": asked.until}
        else:
            found |= {f"v.{key}": f"={asked.value}", f"t.{key}": asked.value}
    return found


def _place(area: Area) -> str:
    return f"{'　' * (area.depth - 1)}{area.name}"
