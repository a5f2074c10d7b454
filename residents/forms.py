"""Forms of the registry beside the departments' own, which `datasharing.forms` builds."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.selectors import chosen_area, open_areas
from accounts.viewer import Viewer
from datasharing.choices import Purpose
from datasharing.forms import widget_for
from datasharing.models import DataElement
from datasharing.policy import PURPOSE_OF
from residents import actions, selectors
from residents.choices import ResidenceKind
from residents.selectors.exports import ExportChoice
from residents.selectors.preview import departments_to_preview
from residents.selectors.shapes import ConsentAsk, Correction
from residents.selectors.shapes_guard import Asked, Nameable
from residents.sheets.choices import SheetFormat
from smartcommunity.kernel.errors import Invalid

OTHER_DATE = forms.DateInput(attrs={"type": "date", "autocomplete": "off"})
ADDRESS_LOOKUP = {
    "hx-post": reverse_lazy("residents:address_choices"),
    "hx-trigger": "input changed delay:300ms",
    "hx-target": "#address-choices",
}
SEARCH_LABELS = {
    "name": _("Name, pinyin or initials"),
    "document": _("Full document number"),
    "mobile": _("Full mobile number"),
    "plate": _("Full number plate"),
    "uscc": _("Unified social credit code"),
    "organisation": _("Name of the organisation"),
    "address": _("Address, such as 3-2-502"),
}


class ResidenceForm(forms.Form):
    """How somebody lives in the dwelling, for forms that do not ask it."""

    use_required_attribute = False
    kind = forms.ChoiceField(
        label=_("Kind of residence"), choices=[("", "—"), *ResidenceKind.choices]
    )
    on = forms.DateField(label=_("Living here since"), required=False, widget=OTHER_DATE)


class ChoiceOfText(forms.Form):
    """A text to look something up by, and a choice among what was found for it. `chosen` is the
    key of the choice; `found` are the lines to choose from."""

    use_required_attribute = False
    text_name, choice_name = "text", "choice"
    nothing_found: Any = ""

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        self.found: list[Any] = []
        self.chosen: uuid.UUID | None = None

    def look_up(self, text: str) -> list[Any]:
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        text = (self.cleaned_data.get(self.text_name) or "").strip()
        try:
            self.chosen = uuid.UUID(self.data.get(self.choice_name, ""))
        except ValueError:
            self.found = self.look_up(text) if text else []
            if text and not self.found:
                self.add_error(self.text_name, self.nothing_found)
            elif not text:
                self.add_error(self.text_name, _("Enter what you are looking for."))
        return self.cleaned_data


class PlaceForm(ChoiceOfText):
    """A dwelling by its address."""

    text_name, choice_name = "place", "dwelling"
    nothing_found = _(
        "No dwelling was found at this address. Write the estate, building, unit and room, such as "
        "3-2-502."
    )
    place = forms.CharField(
        label=_("Address of the dwelling"),
        help_text=_("Such as 3-2-502, or the estate's name and 3-2-502 after it."),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", **ADDRESS_LOOKUP}),
    )

    def look_up(self, text: str) -> list[Any]:
        return list(selectors.find_addresses(viewer=self.viewer, text=text))

    @property
    def dwelling_id(self) -> uuid.UUID | None:
        return self.chosen


class MoveOutForm(forms.Form):
    """The day on which somebody leaves; it may lie ahead."""

    use_required_attribute = False
    on = forms.DateField(label=_("Lives here until"), widget=OTHER_DATE)


class ResidenceDatesForm(forms.Form):
    """How and when somebody lives or lived somewhere."""

    use_required_attribute = False
    kind = forms.ChoiceField(label=_("Kind of residence"), choices=ResidenceKind.choices)
    since = forms.DateField(label=_("Living here since"), required=False, widget=OTHER_DATE)
    until = forms.DateField(label=_("Lives here until"), required=False, widget=OTHER_DATE)


class MoveForm(PlaceForm):
    """Who of a household moves, where to, and when. Without an address they stay where they are
    and are only another household."""

    members = forms.MultipleChoiceField(
        label=_("Who moves"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose who moves.")},
    )
    on = forms.DateField(label=_("On"), widget=OTHER_DATE)
    field_order = ("members", "place", "on")

    def __init__(self, *args: Any, members: Iterable[selectors.Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].choices = [(str(one.id), one.name) for one in members]  # type: ignore[attr-defined]
        self.fields["place"].help_text = _(
            "Such as 3-2-502. Leave it empty when they stay in this dwelling as another household."
        )

    def clean(self) -> dict[str, Any]:
        if (self.cleaned_data.get("place") or "").strip() or self.data.get("dwelling"):
            return super().clean()
        return self.cleaned_data

    @property
    def is_decided(self) -> bool:
        """Not while a dwelling is still to be chosen among those found."""
        return self.chosen is not None or not self.found


class WorkplaceForm(ChoiceOfText):
    """An organisation of the registry by its name, and since when."""

    text_name, choice_name = "name", "organisation"
    nothing_found = _("No organisation of this name is registered where you work.")
    name = forms.CharField(
        label=_("Name of the organisation"),
        help_text=_("Its first characters, pinyin or initials."),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    since = forms.DateField(label=_("Working there since"), required=False, widget=OTHER_DATE)

    def look_up(self, text: str) -> list[Any]:
        return list(selectors.find_organisations(viewer=self.viewer, text=text))

    @property
    def organisation_id(self) -> uuid.UUID | None:
        return self.chosen


class KeeperForm(forms.Form):
    """Who of a dwelling keeps the vehicle; cleans to `actions.Keeper`."""

    use_required_attribute = False
    keeper = forms.ChoiceField(
        label=_("Keeper"),
        required=False,
        help_text=_("Who uses the vehicle. Leave open when not known."),
    )

    def __init__(self, *args: Any, keepers: selectors.Keepers, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(f"resident:{person.id}", person.name) for person in keepers.people]
        firms = [(f"organisation:{firm.id}", firm.name) for firm in keepers.organisations]
        self.fields["keeper"].choices = [("", _("not known")), *people, *firms]  # type: ignore[attr-defined]

    def clean_keeper(self) -> actions.Keeper:
        kind, _sep, key = self.cleaned_data["keeper"].partition(":")
        if not key:
            return actions.Keeper()
        if kind == "resident":
            return actions.Keeper(resident_id=uuid.UUID(key))
        return actions.Keeper(organisation_id=uuid.UUID(key))


class ConsentForm(forms.Form):
    """What the member of staff states when recording a consent."""

    use_required_attribute = False
    agreed = forms.BooleanField(
        label=_("The person has read or heard this text, had time to think, and agrees"),
        error_messages={"required": _("Tick this only after the person has agreed.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, ask: ConsentAsk) -> None:
        super().__init__(data, prefix=ask.purpose)
        self.ask = ask
        if ask.needs_guardian:
            self.fields["guardian"] = forms.TypedChoiceField(
                label=_("Guardian who agreed"),
                choices=[("", "—"), *((str(key), name) for key, name in ask.guardians)],
                help_text=_("An adult of the same household. Register the guardian first."),
                error_messages={"required": _("Choose the guardian who agreed.")},
            )


class CorrectionForm(forms.Form):
    """Another value for one element, with the reason for the owner department."""

    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any] | None = None, *, asked: Correction) -> None:
        super().__init__(data)
        self.element = asked.element.key
        self.fields[self.element] = forms.CharField(
            label=asked.element.label,
            initial=asked.recorded.value,
            widget=widget_for(asked.element),
            error_messages={"required": _("Enter the value that you hold to be right.")},
        )
        self.fields["reason"] = forms.CharField(
            label=_("Why it should be changed"),
            help_text=_("What you saw or were shown, such as the document or the person's word."),
            required=False,
            max_length=300,
            widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        )


PURPOSES = [(one.value, one.label) for one in Purpose if one != Purpose.OWN_DATA]


def usual_purpose(viewer: Viewer) -> dict[str, Purpose]:
    """The first choice of a form that asks for a purpose."""
    return {"purpose": PURPOSE_OF[viewer.department_kind]} if viewer.department_kind else {}


class RevealForm(forms.Form):
    """For what a masked value is shown."""

    use_required_attribute = False
    purpose = forms.ChoiceField(label=_("Purpose"), choices=PURPOSES)
    note = forms.CharField(
        label=_("Note"),
        help_text=_("Such as a case number; it stands in the access log."),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def asked(self) -> Asked:
        """What was chosen; raises Invalid where nothing was."""
        if not self.is_valid():
            raise Invalid(_("Choose for which purpose the value is shown."))
        return Asked(Purpose(self.cleaned_data["purpose"]), self.cleaned_data["note"])


class EmergencyForm(forms.Form):
    """Why, what and for how long an officer opens what is not shared with him."""

    use_required_attribute = False
    reason = forms.CharField(
        label=_("What happened"),
        help_text=_("At least 10 characters. Who reviews it and the auditor read this: name no "
                    "person."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={"required": _("Say what happened, in 10 to 300 characters.")},
    )  # fmt: skip
    purpose = forms.ChoiceField(label=_("Purpose"), choices=PURPOSES)
    minutes = forms.TypedChoiceField(label=_("For how long"), coerce=int)
    scope = forms.ChoiceField(
        label=_("What is opened"),
        choices=[
            ("some", _("Only what I choose here")),
            ("all", _("All that can be opened")),
        ],
        initial="some",
        widget=forms.RadioSelect,
    )
    chosen = forms.MultipleChoiceField(  # a field "elements" would hide the form's own, in scripts
        label=_("Elements"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        elements: Iterable[DataElement],
        initial: Mapping[str, Any],
    ) -> None:
        super().__init__(data, initial={"minutes": settings.EMERGENCY_MINUTES, **initial})
        longest = settings.EMERGENCY_LONGEST_MINUTES
        steps = {15, 30, settings.EMERGENCY_MINUTES, longest}
        self.fields["minutes"].choices = [  # type: ignore[attr-defined]
            (step, _("%(count)d minutes") % {"count": step})
            for step in sorted(steps)
            if step <= longest
        ]
        choices = [(element.pk, element.label) for element in elements]
        self.fields["chosen"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("scope") == "some" and not self.cleaned_data.get("chosen"):
            self.add_error("chosen", _("Choose what you need, or open all."))
        return self.cleaned_data

    @property
    def to_open(self) -> list[str]:
        """The elements to open; none stands for all."""
        return self.cleaned_data["chosen"] if self.cleaned_data["scope"] == "some" else []


class SheetForm(forms.Form):
    """A filled-in sheet. What it is by content is judged by the action, not by its name."""

    use_required_attribute = False
    file = forms.FileField(
        label=_("File (.xlsx or .csv)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={
            "required": _("Choose the file that you filled in."),
            "empty": _("The file is empty. Choose the file that you filled in."),
        },
    )


class ExportForm(forms.Form):
    """What an export holds and why it is made."""

    use_required_attribute = False
    elements = forms.MultipleChoiceField(
        label=_("Data elements"),
        help_text=_("Only what the purpose needs. Masked values stay masked in the file."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one element that is shared with you.")},
    )
    purpose = forms.ChoiceField(label=_("Purpose"))
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Say what the file is for; the auditor reads it."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        error_messages={"required": _("Say what the file is for; the auditor reads it.")},
    )
    kind = forms.ChoiceField(label=_("Format"), choices=SheetFormat.choices, initial="xlsx")

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        choices: Iterable[ExportChoice],
        purpose: str,
    ) -> None:
        super().__init__(data)
        offered = list(choices)
        purposes = [pair for pair in Purpose.choices if pair[0] != Purpose.OWN_DATA]
        self.fields["elements"].choices = [  # type: ignore[attr-defined]
            (one.key, f"{one.label}（{one.level}）") for one in offered
        ]
        self.fields["elements"].initial = [one.key for one in offered if one.usual]
        self.fields["purpose"].choices = purposes  # type: ignore[attr-defined]
        self.fields["purpose"].initial = purpose


class SealForm(forms.Form):
    """Who may see a protected person, why, and until when that stands without another look."""

    use_required_attribute = False
    officers = forms.MultipleChoiceField(
        label=_("Officers who go on seeing this person, beside you"),
        help_text=_("Nobody else will. Name a second police supervisor too: he has to approve."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Name at least the second police supervisor.")},
    )
    legal_basis = forms.CharField(
        label=_("Legal basis"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("State the legal basis, in at most 200 characters.")},
    )
    review_on = forms.DateField(
        label=_("To be reviewed on"),
        help_text=_("At most 366 days ahead. The seal stays in force when the review is late."),
        widget=OTHER_DATE,
        error_messages={"required": _("Choose a day within the next 366 days.")},
    )
    ends_on = forms.DateField(
        label=_("Ends by itself after"),
        help_text=_("Leave it empty when the danger has no known end."),
        required=False,
        widget=OTHER_DATE,
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, nameable: Iterable[Nameable]
    ) -> None:
        super().__init__(data)
        choices = [(str(one.user_id), one.label) for one in nameable]
        self.fields["officers"].choices = choices  # type: ignore[attr-defined]


class SearchForm(forms.Form):
    """Sent by POST only: what is searched for is personal data."""

    use_required_attribute = False
    by = forms.ChoiceField(label=_("Search by"), required=False)
    text = forms.CharField(
        label=_("Search for"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter what you are looking for.")},
    )

    def __init__(self, *args: Any, kinds: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("whatever it may be")), *((kind, SEARCH_LABELS[kind]) for kind in kinds)]
        self.fields["by"].choices = choices  # type: ignore[attr-defined]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].strip()
        if self.data.get("by") in {None, "", "name"} and len(text) < 2 and text.isascii():
            raise forms.ValidationError(_("Enter at least two letters, or one Chinese character."))
        return text


class RevisitFilter(forms.Form):
    """Which revisits to list. What makes no sense filters nothing."""

    subject = forms.CharField(required=False)
    building = forms.UUIDField(required=False)


class PreviewForm(forms.Form):
    """As whom to look. What is not chosen is the most usual."""

    department = forms.ChoiceField(label=_("Department"), required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role, required=False)
    area = forms.TypedChoiceField(label=_("Area"), coerce=int, required=False, empty_value=None)

    def __init__(self, data: Any, *, viewer: Viewer) -> None:
        estate = chosen_area(viewer=viewer, area_id=None)
        usual = {"role": Role.OFFICER.value, "area": estate.pk}
        super().__init__({**usual, **{key: text for key, text in data.items() if text}})
        offered = departments_to_preview(viewer=viewer)
        for name, choices in {
            "department": [(str(row.pk), row.name) for row in offered],
            "area": open_areas(viewer=viewer),
        }.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
