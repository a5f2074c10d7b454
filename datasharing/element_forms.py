"""The form of a department's own data element. The rules stand in `own_elements`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from datasharing.catalogue import ElementType
from datasharing.choices import MASK_LABELS, TYPE_LABELS, Sensitivity, Sharing, Subject
from datasharing.own_elements import LABEL_LENGTH, TYPES, NewElement

OFF = {"autocomplete": "off"}
OWN_LIST = "own"
TEXTS = "type=text,longtext"


class OwnElementForm(forms.Form):
    """A new data element; `new` is what it says, once valid."""

    use_required_attribute = False
    # What a field depends on, in the notation of static/js/form.js.
    show_if = {
        "max_length": TEXTS,
        "mask": TEXTS,
        "code_list": "type=code",
        "codes": f"code_list={OWN_LIST}",
        "not_shared_because": "sharing=none",
    }

    subject = forms.TypedChoiceField(
        label=_("What it is about"), choices=Subject.choices, coerce=Subject
    )
    label_zh = forms.CharField(
        label=_("Name in Chinese"),
        max_length=LABEL_LENGTH,
        widget=forms.TextInput(attrs=OFF),
        error_messages={"required": _("This is required. Fill it in.")},
    )
    label_en = forms.CharField(
        label=_("Name in English"),
        required=False,
        max_length=LABEL_LENGTH,
        help_text=_("Without one, English pages show the Chinese name."),
        widget=forms.TextInput(attrs=OFF),
    )
    type = forms.TypedChoiceField(
        label=_("Type"),
        choices=[(kind.value, TYPE_LABELS[kind]) for kind in TYPES],
        coerce=ElementType,
        help_text=_("Document numbers are not collected anew: ask the police for a grant."),
    )
    code_list = forms.ChoiceField(label=_("List of values"), required=False)
    codes = forms.CharField(
        label=_("Values of your own list"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={**OFF, "rows": 6}),
        help_text=_("One value a line; an English name may follow after a |."),
    )
    max_length = forms.IntegerField(
        label=_("Longest text (characters)"), required=False, min_value=1, max_value=1000
    )
    sensitivity = forms.TypedChoiceField(
        label=_("Sensitivity"),
        choices=[choice for choice in Sensitivity.choices if choice[0] != Sensitivity.BIOMETRIC],
        coerce=Sensitivity,
        initial=Sensitivity.GENERAL,
        help_text=_(
            "Sensitive: health, whereabouts, finances, anything about a child under 14. Such "
            "values are encrypted."
        ),
    )
    mask = forms.ChoiceField(
        label=_("What is shown at the masked level"),
        choices=list(MASK_LABELS.items()),
        required=False,
        initial="none",
    )
    sharing = forms.TypedChoiceField(
        label=_("Sharing"), choices=Sharing.choices, coerce=Sharing, initial=Sharing.CONDITIONAL
    )
    not_shared_because = forms.CharField(
        label=_("Statute that forbids sharing"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs=OFF),
    )
    help_zh = forms.CharField(
        label=_("Help for who fills it in, in Chinese"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs=OFF),
    )
    help_en = forms.CharField(
        label=_("Help in English"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs=OFF),
    )
    despite = forms.BooleanField(
        label=_("None of these means the same: add the new element nevertheless"), required=False
    )

    def __init__(self, *args: Any, code_lists: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "—"), (OWN_LIST, _("A list of our own")), *code_lists]
        self.fields["code_list"].choices = choices  # type: ignore[attr-defined]

    @property
    def new(self) -> NewElement:
        """What the form states; what does not belong to the chosen type is left aside."""
        said = self.cleaned_data
        coded = said["type"] == ElementType.CODE
        own = coded and said["code_list"] == OWN_LIST
        return NewElement(
            subject=said["subject"],
            label_zh=" ".join(said["label_zh"].split()),
            label_en=" ".join(said["label_en"].split()),
            type=said["type"],
            sensitivity=said["sensitivity"],
            sharing=said["sharing"],
            not_shared_because=said["not_shared_because"].strip()
            if said["sharing"] == Sharing.NONE
            else "",
            mask=said["mask"] or "none",
            code_list=said["code_list"] if coded and not own else "",
            codes=_codes(said["codes"]) if own else (),
            max_length=said["max_length"],
            help_zh=said["help_zh"].strip(),
            help_en=said["help_en"].strip(),
        )


def _codes(text: str) -> tuple[tuple[str, str], ...]:
    """(Chinese, English) of each line."""
    pairs = [line.replace("｜", "|").partition("|") for line in text.splitlines() if line.strip()]
    return tuple((zh.strip(), en.strip()) for zh, _bar, en in pairs)
