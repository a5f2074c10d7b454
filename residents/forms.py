"""Forms of the registry beside the departments' own, which `datasharing.forms` builds."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from datasharing.forms import widget_for
from residents.choices import ResidenceKind
from residents.selectors.shapes import ConsentAsk, Correction, Nameable

OTHER_DATE = forms.DateInput(attrs={"type": "date", "autocomplete": "off"})
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
