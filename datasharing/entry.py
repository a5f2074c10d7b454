"""How one viewer meets one form: which fields, which of them he may fill in, and the check of
what he typed. The web form and the write action ask the same functions. Pure.

A field is on the form if and only if the viewer sees the element (at any level) and either may
fill it in or finds it recorded. He may fill it in if and only if he may write the element, it is
not retired, and he sees what it holds: nothing, or a value in full. Everything else is shown and
read-only.

The owner's value wins: what the responsible department (责任部门) has recorded, only that
department changes. Another value that somebody else fills in is a proposal, which the owner
accepts or rejects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from datasharing import values
from datasharing.choices import Level
from datasharing.models import DataElement, FormField, FormTemplate
from datasharing.policy import HIDDEN, Right
from datasharing.values import Recorded
from smartcommunity.kernel.errors import Invalid, type_text


@dataclass(frozen=True, slots=True)
class Condition:
    """Asked only while another field of the form that can be filled in has one of the values."""

    element: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One element on the form. `required` is never true for a field that cannot be filled in."""

    field: FormField
    editable: bool
    required: bool
    recorded: Recorded | None
    condition: Condition | None
    proposes: bool = False  # another value filled in here is a proposal to the owner

    @property
    def element(self) -> DataElement:
        return self.field.element

    @property
    def key(self) -> str:
        return self.field.element_id

    @property
    def value(self) -> str | None:
        """The recorded value, where the viewer sees it in full."""
        return self.recorded.value if self.recorded else None


def entries_for(
    template: FormTemplate, rights: Mapping[str, Right], recorded: Mapping[str, Recorded]
) -> list[Entry]:
    """The fields of the template, in order, as the holder of `rights` meets them."""
    found: dict[str, Entry] = {}
    left_out: set[str] = set()
    for field in template.fields.all():
        key, current = field.element_id, recorded.get(field.element_id)
        right = rights.get(key, HIDDEN)
        asked = right.may_write and field.element.retired_at is None
        editable = asked and (current is None or current.level == Level.FULL)
        if right.level == Level.HIDDEN or not (editable or current):
            continue
        condition, required = None, editable and field.required
        if field.show_if:
            condition = Condition(field.show_if["element"], tuple(field.show_if["in"]))
            controlling = found.get(condition.element)
            if controlling is None or not controlling.editable:
                # The viewer cannot change what it depends on: decide now, or ask without insisting.
                known = controlling.value if controlling else None
                if condition.element in left_out or (known and known not in condition.values):
                    left_out.add(key)
                    continue
                required = required and known is not None
                condition = None
        by = current.department_kind if current else ""
        proposes = editable and owner_wins(field.element, by, template.department_kind)
        found[key] = Entry(field, editable, required, current, condition, proposes)
    return list(found.values())


def owner_wins(element: DataElement, recorded_by: str, writer: str | None) -> bool:
    """True when a department of kind `writer` may only propose another value than the one that a
    department of kind `recorded_by` recorded."""
    return recorded_by == element.owner_kind != writer


def check_one(
    element: DataElement, text: str | None, known: Mapping[str, str | None]
) -> str | None:
    """The canonical spelling of one value by itself, beside what is `known` of its subject. Raises
    Invalid for a value that is wrong or does not agree with the document number."""
    if not text or not text.strip():
        return None
    try:
        doc_type = known.get(values.document_type_key(element.key)) or ""
        value = values.check(element, text, doc_type=doc_type)
    except values.InvalidValue as error:
        raise Invalid(fields={element.key: error.message}) from None
    if _fact_of(element, known) not in {None, value}:
        raise Invalid(fields={element.key: _disagreement()})
    return value


def _disagreement() -> str:
    return _("This does not agree with the document number. Compare both with the document.")


def check_entries(form: list[Entry], typed: Mapping[str, str | None]) -> dict[str, str | None]:
    """{element key: canonical value or None} of every field that is asked; one not in `typed` keeps
    its recorded value. Facts that a document number carries are filled in. Raises Invalid with a
    message for each wrong field. What stands in `typed` for a field not asked is left aside."""
    known: dict[str, str | None] = {}
    errors: dict[str, type_text] = {}
    asked: list[Entry] = []
    for entry in form:
        if not entry.editable:
            known[entry.key] = entry.value
            continue
        if entry.condition and known.get(entry.condition.element) not in entry.condition.values:
            continue
        asked.append(entry)
        try:
            known[entry.key] = _checked(entry, typed, known)
        except values.InvalidValue as error:
            errors[entry.key] = error.message
    for entry in asked:
        if entry.key not in errors and (fact := _fact(entry, known, errors)):
            if known[entry.key] not in {None, fact}:
                errors[entry.key] = _disagreement()
            known[entry.key] = fact
    for entry in asked:
        # A mended document may carry what is missing here.
        waits = entry.key in errors or entry.element.derived_from in errors
        if entry.required and not waits and known[entry.key] is None:
            errors[entry.key] = _("This is required. Fill it in.")
    if errors:
        raise Invalid(fields=errors)
    return {entry.key: known[entry.key] for entry in asked}


def _checked(
    entry: Entry, typed: Mapping[str, str | None], known: Mapping[str, str | None]
) -> str | None:
    text = typed.get(entry.key, entry.value)
    if not text or not text.strip():
        return None
    is_document = entry.element.type == "document_no"
    if text == entry.value and not is_document:
        return text
    kind = known.get(values.document_type_key(entry.key)) if is_document else None
    return values.check(entry.element, text, doc_type=kind or "")


def _fact(
    entry: Entry, known: Mapping[str, str | None], errors: Mapping[str, type_text]
) -> str | None:
    """What the document number beside this element says about it, if the number is right."""
    return None if entry.element.derived_from in errors else _fact_of(entry.element, known)


def _fact_of(element: DataElement, known: Mapping[str, str | None]) -> str | None:
    document = element.derived_from
    number, kind = known.get(document), known.get(values.document_type_key(document))
    if not document.endswith("_no") or not number or not kind:
        return None
    return values.facts(kind, number).get(element.key)
