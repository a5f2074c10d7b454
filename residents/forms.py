"""Forms of the registry beside the departments' own, which `datasharing.forms` builds."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from accounts.viewer import Viewer
from datasharing.forms import widget_for
from residents import actions, selectors
from residents.choices import ResidenceKind
from residents.selectors.shapes import ConsentAsk, Correction, Nameable

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
    by = forms.ChoiceField(label=_("Search by"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Search for"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter what you are looking for.")},
    )

    def __init__(self, *args: Any, kinds: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(kind, SEARCH_LABELS[kind]) for kind in kinds]
        self.fields["by"].choices = choices  # type: ignore[attr-defined]
        self.fields["by"].initial = kinds[0]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].strip()
        if self.data.get("by") == "name" and len(text) < 2 and text.isascii():
            raise forms.ValidationError(_("Enter at least two letters, or one Chinese character."))
        return text
