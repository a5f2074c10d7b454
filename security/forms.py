"""Forms of security: what a browser sends, cleaned; every rule stands in the actions."""

from datetime import datetime, time
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Area
from security.choices import Outcome
from security.selectors.gates import GateRow

PICTURES = {"accept": "image/jpeg,image/png,image/webp"}


class CloseAlertForm(forms.Form):
    """How an alert ended; the findings on offer follow its kind."""

    finding = forms.ChoiceField(label=_("Finding"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("What was found and done"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, findings: tuple[tuple[str, str], ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["finding"]).choices = findings


class FaceForm(forms.Form):
    """One photograph of a resident."""

    photo = forms.FileField(
        label=_("Photograph"),
        help_text=_(
            "One person, from the front, in even light. A phone offers its camera here. Three "
            "photographs are recognised far better than one."
        ),
        widget=forms.FileInput(attrs=PICTURES),
    )


class WatchRequestForm(forms.Form):
    """A person to be looked for."""

    label = forms.CharField(
        label=_("Name for this entry"),
        max_length=80,
        help_text=_("Shown to police officers only, for example the name used in the case file."),
    )
    case_number = forms.CharField(label=_("Case number"), max_length=60)
    legal_basis = forms.CharField(
        label=_("Legal basis"),
        max_length=200,
        help_text=_("Statute and article on which the search rests."),
    )
    area = forms.ModelChoiceField(
        label=_("Where"), queryset=Area.objects.none(), empty_label=_("Choose an area")
    )
    expires_on = forms.DateField(
        label=_("Until"),
        help_text=_("The photograph and the template are erased after this day."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    photo = forms.FileField(label=_("Photograph"), widget=forms.FileInput(attrs=PICTURES))

    def __init__(self, *args: Any, areas: QuerySet[Area], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField[Area], self.fields["area"]).queryset = areas

    @property
    def expires_at(self) -> datetime:
        """The end of the chosen day where the platform stands."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["expires_on"], time.max))


class PassageFilterForm(forms.Form):
    """What the list of passages is narrowed to."""

    gate = forms.ChoiceField(label=_("Gate"), required=False)
    outcome = forms.ChoiceField(label=_("Outcome"), required=False)
    on = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, gates: list[GateRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = ("", _("All"))
        choices = [(str(gate.id), gate.name) for gate in gates]
        cast(forms.ChoiceField, self.fields["gate"]).choices = [every, *choices]
        cast(forms.ChoiceField, self.fields["outcome"]).choices = [every, *Outcome.choices]
