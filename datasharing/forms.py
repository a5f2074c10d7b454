"""Web forms made from form templates; the audit's filter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from datasharing import values
from datasharing.choices import AccessKind
from datasharing.entry import Entry, check_entries, entries_for
from datasharing.models import DataElement, FormTemplate
from datasharing.policy import Right
from datasharing.values import Recorded
from smartcommunity.kernel.errors import Invalid

NOT_CHOSEN = ("", "—")
WIDE = frozenset({"longtext"})
PROPOSES = _("The responsible department recorded this. Another value goes to them as a proposal.")


class EntryField(forms.CharField):
    """One field of a template: marked as required, but checked by `check_entries`."""

    def validate(self, value: Any) -> None:
        """Nothing: whether it is required depends on the other fields."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the page: a control, or (`field` None) a value that the viewer cannot change."""

    entry: Entry
    field: BoundField | None
    note: str = ""

    @property
    def show_if(self) -> str:
        """The condition in the notation of static/js/form.js."""
        condition = self.entry.condition
        return f"{condition.element}={','.join(condition.values)}" if condition else ""

    @property
    def hint(self) -> str:
        """The script that helps while typing."""
        return "doc-number" if self.entry.element.type == "document_no" else ""

    @property
    def wide(self) -> bool:
        return self.entry.element.type in WIDE


class EntryForm(forms.Form):
    """A department's form over shared elements, for one viewer and one subject.

    After `is_valid()`, `values` is {element key: canonical text or None} of the fields asked.
    """

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, entries: list[Entry], notes: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.entries = entries
        self.notes = notes
        self.values: dict[str, str | None] = {}
        for entry in entries:
            if entry.editable:
                self.fields[entry.key] = _field(entry)

    def clean(self) -> dict[str, Any]:
        typed = {e.key: self.data[e.key] for e in self.entries if e.editable and e.key in self.data}
        try:
            self.values = check_entries(self.entries, typed)
        except Invalid as error:
            self.refuse(error)
        return self.cleaned_data

    def refuse(self, error: Invalid) -> None:
        """Put a refusal beside its fields; one about no field of this form goes on top."""
        for name, text in error.fields.items():
            self.add_error(name if name in self.fields else None, str(text))
        if not error.fields:
            self.add_error(None, str(error.message))

    def sections(self) -> Iterator[tuple[str, list[Row]]]:
        """The sections of the template with their rows, without the empty ones."""
        for title, group in groupby(self.entries, key=lambda entry: entry.field.section):
            yield title, [Row(e, self[e.key] if e.editable else None, self._note(e)) for e in group]

    def _note(self, entry: Entry) -> str:
        if note := self.notes.get(entry.key):
            return note
        return str(PROPOSES) if entry.proposes else ""


def build_form(
    template: FormTemplate,
    rights: Mapping[str, Right],
    current: Mapping[str, Recorded],
    *,
    data: Mapping[str, Any] | None = None,
    initial: Mapping[str, str] | None = None,
    version: int | None = None,
    notes: Mapping[str, str] = MappingProxyType({}),
) -> EntryForm:
    """The template as the holder of `rights` meets it, filled in from `current`, else `initial`.
    `notes` are texts to stand beside fields, by element key."""
    entries = entries_for(template, rights, current)
    filled = {entry.key: entry.value for entry in entries if entry.value is not None}
    return EntryForm(
        data,
        entries=entries,
        notes=notes,
        initial={**(initial or {}), **filled, "version": version},
    )


def _field(entry: Entry) -> EntryField:
    return EntryField(
        label=entry.element.label,
        help_text=entry.field.help,
        required=entry.required,
        widget=widget_for(entry.element),
    )


def widget_for(element: DataElement) -> forms.Widget:
    """What fits the element's type. The browser never offers what was typed for somebody else."""
    off = {"autocomplete": "off"}
    if element.type == "code" and element.code_list:
        codes = [(code.code, code.label) for code in element.code_list.codes.all()]
        return forms.Select(choices=[NOT_CHOSEN, *codes], attrs=off)
    if element.type == "boolean":
        answers = [(values.TRUE, values.YES), (values.FALSE, values.NO)]
        return forms.Select(choices=[NOT_CHOSEN, *answers], attrs=off)
    if element.type == "longtext":
        return forms.Textarea(attrs={**off, "rows": 4})
    if element.type == "date":
        return forms.DateInput(attrs={**off, "type": "date"})
    return forms.TextInput(attrs={**off, **KEYBOARDS.get(element.type, {})})


KEYBOARDS = {
    "integer": {"inputmode": "numeric"},
    "decimal": {"inputmode": "decimal"},
    "region": {"inputmode": "numeric"},
    "mobile": {"inputmode": "tel"},
}


class AccessLogFilter(forms.Form):
    username = forms.CharField(label=_("User name"), required=False, max_length=150)
    kind = forms.ChoiceField(
        label=_("Kind of access"), required=False, choices=[("", _("All")), *AccessKind.choices]
    )
    day = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
