"""Forms of buildings, units and rooms. What fits is judged by the actions."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from residents.choices import NumberPattern
from residents.numbering import Layout

NO_FILL = {"autocomplete": "off"}
NUMBER_HELP = _("Digits and letters as on the door, such as 3 or 12A.")


def number_field(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=20,
        help_text=NUMBER_HELP,
        widget=forms.TextInput(attrs=NO_FILL),
        error_messages={"required": NUMBER_HELP},
    )


def count_field(label: Any, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=-9_999,
        max_value=9_999,
        error_messages={
            "required": _("Enter a whole number."),
            "invalid": _("Enter a whole number."),
        },
        widget=forms.NumberInput(attrs=NO_FILL),
        **more,
    )


class BuildingForm(forms.Form):
    """A building as it is corrected."""

    use_required_attribute = False
    number = number_field(_("Number of the building"))
    name = forms.CharField(
        label=_("Name in the address"),
        help_text=_(
            "As written on the building, such as 3栋 or 3号楼. Left empty: the number and 栋."
        ),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs=NO_FILL),
    )
    floors = count_field(_("Floors above ground"))


class NewBuildingForm(BuildingForm):
    """A building with its units, which are numbered from 1."""

    units = count_field(
        _("Units"), initial=1, help_text=_("Entrances. They are numbered 1, 2, 3 …")
    )


class UnitForm(forms.Form):
    use_required_attribute = False
    number = number_field(_("Number of the unit"))


class RoomForm(forms.Form):
    use_required_attribute = False
    floor = count_field(_("Floor"), help_text=_("Negative below ground."))
    room = number_field(_("Room number"))


class RoomsForm(forms.Form):
    """The rooms of a unit in one go; `layout` is what was asked for."""

    use_required_attribute = False
    first = count_field(_("From floor"), initial=1, help_text=_("Negative below ground."))
    last = count_field(_("To floor"))
    a_floor = count_field(_("Rooms on each floor"), initial=2)
    pattern = forms.ChoiceField(
        label=_("Numbering"), choices=NumberPattern.choices, initial=NumberPattern.PLAIN
    )
    skipped = forms.CharField(
        label=_("Floors left out"),
        help_text=_("Such as 4, 13, 14. Often there is no such floor, or nobody lives on it."),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs=NO_FILL),
    )

    def clean_skipped(self) -> frozenset[int]:
        parts = re.split(r"[\s,，、;；]+", self.cleaned_data["skipped"].strip())
        try:
            return frozenset(int(part[:5]) for part in parts if part)
        except ValueError:
            raise forms.ValidationError(
                _("Write the numbers of the floors with commas between, such as 4, 13.")
            ) from None

    @property
    def layout(self) -> Layout:
        asked = self.cleaned_data
        return Layout(
            asked["first"],
            asked["last"],
            asked["a_floor"],
            NumberPattern(asked["pattern"]),
            asked["skipped"],
        )
