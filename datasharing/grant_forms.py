"""Forms of grants: asking for one, answering, taking back. The rules stand in the actions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import DepartmentKind
from accounts.models import Area
from datasharing.choices import GrantState, Level, Purpose, Sharing, Subject
from datasharing.selectors.grants import GIVEN, RECEIVED, TO_DECIDE, GrantDetail
from smartcommunity.kernel import clock

YEAR = timedelta(days=365)
LEVELS = [(level.value, level.label) for level in Level if level > Level.HIDDEN]


def _day(**more: Any) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more
    )


def _lines(**more: Any) -> forms.CharField:
    return forms.CharField(
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={"required": _("This is required. Fill it in.")},
        **more,
    )


class AreaField(forms.TypedChoiceField):
    """One of a few areas, indented as they lie in the tree; cleans to the Area."""

    def __init__(self, *, areas: Sequence[Area], **more: Any) -> None:
        known = {str(area.pk): area for area in areas}
        top = min((area.depth for area in areas), default=0)
        super().__init__(
            choices=[(key, f"{'　' * (area.depth - top)}{area}") for key, area in known.items()],
            coerce=known.__getitem__,
            **more,
        )


class CatalogueFilterForm(forms.Form):
    """What the catalogue is narrowed to."""

    q = forms.CharField(
        label=_("Search for"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    subject = forms.ChoiceField(
        label=_("Subject"), required=False, choices=[("", _("All")), *Subject.choices]
    )
    owner = forms.ChoiceField(
        label=_("Owner department"),
        required=False,
        choices=[("", _("All")), *DepartmentKind.choices],
    )
    sharing = forms.ChoiceField(
        label=_("Sharing"), required=False, choices=[("", _("All")), *Sharing.choices]
    )


class GrantFilterForm(forms.Form):
    """What a list of grants is narrowed to."""

    side = forms.ChoiceField(
        required=False,
        choices=[(side, side) for side in (RECEIVED, GIVEN, TO_DECIDE)],
        widget=forms.HiddenInput,
    )
    state = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All")), *GrantState.choices]
    )


class ReasonForm(forms.Form):
    """Why: for a refusal or a revocation."""

    use_required_attribute = False
    reason = _lines(label=_("Reason"), help_text=_("The other department reads it."))


class ApproveForm(forms.Form):
    """The whole of what was asked for, to be narrowed."""

    use_required_attribute = False

    def __init__(
        self, data: Any = None, *, asked: GrantDetail, areas: Sequence[Area], **more: Any
    ) -> None:
        super().__init__(data, **more)
        self.fields["elements"] = forms.MultipleChoiceField(
            label=_("Data elements"),
            choices=asked.elements,
            initial=[key for key, _label in asked.elements],
            widget=forms.CheckboxSelectMultiple,
            help_text=_("Untick what is not shared."),
            error_messages={"required": _("Leave at least one element, or refuse the request.")},
        )
        self.fields["level"] = _level(LEVELS[: asked.level], initial=asked.level.value)
        if asked.may_write:
            self.fields["may_write"] = forms.BooleanField(
                label=_("May also write: fill in what you have not recorded, propose corrections"),
                required=False,
                initial=True,
            )
        self.fields["area"] = AreaField(
            label=_("Area"),
            areas=areas,
            initial=str(asked.area_id),
            help_text=_("The area that was asked for, or a part of it."),
        )
        self.fields["valid_to"] = _day(
            label=_("Until"),
            initial=asked.valid_to,
            help_text=_("Not later than asked for."),
        )
        self.fields["reason"] = forms.CharField(
            label=_("Why it is less than asked for"),
            required=False,
            max_length=300,
            widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        )


class RequestForm(forms.Form):
    """Ask the departments of one kind for some of their elements."""

    use_required_attribute = False

    def __init__(
        self,
        data: Any = None,
        *,
        elements: Iterable[tuple[str, str]],
        areas: Sequence[Area],
        purpose: Purpose,
        initial: dict[str, Any] | None = None,
    ) -> None:
        elements = list(elements)
        today = clock.today()
        start = {
            "elements": [key for key, _label in elements],
            "level": Level.MASKED.value,
            "area": str(areas[0].pk) if areas else "",
            "purpose": purpose,
            "valid_from": today,
            "valid_to": today + YEAR,
        }
        super().__init__(data, initial=start | (initial or {}))
        self.fields["elements"] = forms.MultipleChoiceField(
            label=_("Data elements"),
            choices=elements,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose at least one element of the catalogue.")},
        )
        self.fields["level"] = _level(LEVELS)
        self.fields["may_write"] = forms.BooleanField(
            label=_("We also write: fill in what the owner has not recorded, propose corrections"),
            required=False,
        )
        self.fields["area"] = AreaField(label=_("Area"), areas=areas)
        self.fields["purpose"] = forms.TypedChoiceField(
            label=_("Purpose"),
            choices=[choice for choice in Purpose.choices if choice[0] != Purpose.OWN_DATA],
            coerce=Purpose,
            help_text=_("The data are opened for this purpose only. Yours is chosen already."),
        )
        self.fields["legal_basis"] = forms.CharField(
            label=_("Legal basis"),
            max_length=200,
            help_text=_("The statute and article on which your duty rests."),
            error_messages={"required": _("This is required. Fill it in.")},
        )
        self.fields["valid_from"] = _day(label=_("Start of the period"))
        self.fields["valid_to"] = _day(label=_("Until"))
        self.fields["reason"] = _lines(
            label=_("What it is needed for"),
            help_text=_("The situation in which your staff open these data, in a sentence or two."),
        )


def _level(choices: Sequence[tuple[int, Any]], **more: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=_("Level"),
        choices=choices,
        coerce=lambda text: Level(int(text)),
        widget=forms.RadioSelect,
        **more,
    )
