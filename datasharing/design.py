"""The design of a form: sections and fields in order, how they move, what is wrong, what differs.

A design is a `TemplateSpec`, as the catalogue files give one. Pure functions: a draft is read into
a design, changed, and written back. Whether a design may be published is `problems`; a draft may
be unfinished. What is wrong in itself (an element twice, of another subject, too many) is refused
at once by `refuse_unsound`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeVar

from django.utils.translation import gettext as _

from accounts.choices import DepartmentKind
from datasharing.catalogue.specs import ConditionSpec, FieldSpec, SectionSpec, TemplateSpec
from datasharing.choices import Subject
from datasharing.models import DataElement, FormField, FormTemplate
from datasharing.values import FALSE, TRUE
from smartcommunity.kernel.errors import Invalid

MAX_FIELDS, MAX_SECTIONS = 120, 30
TITLE, SECTION, HELP = 80, 60, 300  # the widths of the columns

Elements = Mapping[str, DataElement]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Problem:
    """What has to be mended before the form can be published; `element` is "" for the whole."""

    element: str
    text: str


def read(template: FormTemplate) -> TemplateSpec:
    """The design of a stored version. A draft names its sections itself, since some are empty."""
    fields = list(template.fields.all())
    sections = [
        SectionSpec(zh, en, tuple(_field(row) for row in group))
        for (zh, en), group in groupby(fields, key=lambda row: (row.section_zh, row.section_en))
    ]
    if template.sections:
        held = {(section.title_zh, section.title_en): section for section in sections}
        titles = [(each["zh"], each["en"]) for each in template.sections]
        sections = [held.get(title, SectionSpec(*title, ())) for title in titles]
    return TemplateSpec(
        template.key,
        DepartmentKind(template.department_kind),
        Subject(template.subject),
        template.title_zh,
        template.title_en,
        tuple(sections),
    )


def _field(row: FormField) -> FieldSpec:
    condition = row.show_if and ConditionSpec(row.show_if["element"], tuple(row.show_if["in"]))
    return FieldSpec(row.element_id, row.required, row.help_zh, row.help_en, condition or None)


def rows(template: FormTemplate, design: TemplateSpec) -> list[FormField]:
    """The fields of a design as rows of a template, not yet saved."""
    places = [(section, field) for section in design.sections for field in section.fields]
    return [
        FormField(
            template=template,
            element_id=field.element,
            section_zh=section.title_zh,
            section_en=section.title_en,
            order=order,
            required=field.required,
            help_zh=field.help_zh,
            help_en=field.help_en,
            show_if=field.show_if
            and {"element": field.show_if.element, "in": list(field.show_if.values)},
        )
        for order, (section, field) in enumerate(places)
    ]


# What moves -------------------------------------------------------------------------------------


def add_section(design: TemplateSpec) -> TemplateSpec:
    """A new last section, with a title that no other has."""
    taken = {section.title_zh for section in design.sections}
    number = next(n for n in range(1, len(taken) + 2) if f"新分区 {n}" not in taken)
    return replace(
        design,
        sections=(*design.sections, SectionSpec(f"新分区 {number}", f"New section {number}", ())),
    )


def remove_section(design: TemplateSpec, number: int) -> TemplateSpec:
    """Without this section and the fields in it."""
    kept = (s for place, s in enumerate(design.sections) if place != number)
    return replace(design, sections=tuple(kept))


def move_section(design: TemplateSpec, number: int, step: int) -> TemplateSpec:
    """One place up (-1) or down (1); at the end it stays."""
    return replace(design, sections=_moved(design.sections, number, step))


def add_fields(design: TemplateSpec, number: int, elements: Iterable[str]) -> TemplateSpec:
    """Further fields at the end of a section. Elements already on the form are left aside."""
    present = {field.element for field in design.fields}
    new = tuple(FieldSpec(key, False, "", "", None) for key in elements if key not in present)
    return _with_section(design, number, (*design.sections[number].fields, *new))


def remove_field(design: TemplateSpec, element: str) -> TemplateSpec:
    sections = (
        replace(s, fields=tuple(f for f in s.fields if f.element != element))
        for s in design.sections
    )
    return replace(design, sections=tuple(sections))


def move_field(design: TemplateSpec, element: str, step: int) -> TemplateSpec:
    """One place up (-1) or down (1), across the edge of its section into the next one."""
    for number, section in enumerate(design.sections):
        for place, field in enumerate(section.fields):
            if field.element != element:
                continue
            if 0 <= place + step < len(section.fields):
                return _with_section(design, number, _moved(section.fields, place, step))
            neighbour = number + step
            if not 0 <= neighbour < len(design.sections):
                return design
            there = design.sections[neighbour].fields
            left = _with_section(
                design, number, (*section.fields[:place], *section.fields[place + 1 :])
            )
            joined = (*there, field) if step < 0 else (field, *there)
            return _with_section(left, neighbour, joined)
    return design


def _with_section(design: TemplateSpec, number: int, fields: tuple[FieldSpec, ...]) -> TemplateSpec:
    changed = replace(design.sections[number], fields=fields)
    kept = (changed if place == number else s for place, s in enumerate(design.sections))
    return replace(design, sections=tuple(kept))


def _moved(items: tuple[Item, ...], place: int, step: int) -> tuple[Item, ...]:
    there = place + step
    if not (0 <= place < len(items) and 0 <= there < len(items)):
        return items
    order = list(items)
    order[place], order[there] = order[there], order[place]
    return tuple(order)


# What is wrong ----------------------------------------------------------------------------------


def refuse_unsound(design: TemplateSpec, elements: Elements) -> None:
    """Raises Invalid for what not even a draft may hold. `elements` are those of the subject."""
    keys = [field.element for field in design.fields]
    unknown = [key for key in keys if key not in elements]
    titles = [section.title_zh for section in design.sections]
    if len(keys) > MAX_FIELDS or len(design.sections) > MAX_SECTIONS:
        text = _("A form has at most %(fields)d fields in %(sections)d sections. Split it in two.")
        raise Invalid(text % {"fields": MAX_FIELDS, "sections": MAX_SECTIONS})
    if unknown:
        raise Invalid(_("One of the fields is no data element that this form may ask."))
    for key in keys:
        if not elements[key].is_asked:
            text = _("“%(element)s” may not be asked, or no longer. Remove this field.")
            raise Invalid(text % {"element": elements[key].label})
    if len(set(keys)) < len(keys):
        raise Invalid(_("A data element stands on a form once. Remove the second one."))
    if not design.title_zh or any(not title for title in titles):
        raise Invalid(_("The form and each section need a Chinese title."))
    if len(set(titles)) < len(titles):
        raise Invalid(_("Two sections have the same title. Rename one of them."))
    for text, longest in _texts(design):
        if len(text) > longest or "\x00" in text:
            raise Invalid(_("A text is too long: titles 80, sections 60, help 300 characters."))
    for field in design.fields:
        if field.show_if and len(field.show_if.values) > MAX_FIELDS:
            raise Invalid(_("A condition names too many values."))


def _texts(design: TemplateSpec) -> Iterator[tuple[str, int]]:
    yield from ((design.title_zh, TITLE), (design.title_en, TITLE))
    for section in design.sections:
        yield from ((section.title_zh, SECTION), (section.title_en, SECTION))
    for field in design.fields:
        yield from ((field.help_zh, HELP), (field.help_en, HELP))


def may_control(element: DataElement) -> bool:
    """Whether a condition may depend on it: it has named values, and restricted elements never
    drive a rule."""
    return element.type in {"code", "boolean"} and not element.restricted


def values_of(element: DataElement) -> tuple[str, ...]:
    """The values that a condition may name."""
    if element.type == "boolean":
        return (TRUE, FALSE)
    codes = element.code_list.codes.all() if element.code_list else ()
    return tuple(code.code for code in codes)


def problems(design: TemplateSpec, elements: Elements) -> list[Problem]:
    """What stands between a sound draft and its publication, in the order of the form. That a
    condition looks only at fields above its own keeps conditions free of circles."""
    found: list[Problem] = []
    if not design.fields:
        found.append(Problem("", _("The form has no fields yet. Add at least one.")))
    above: set[str] = set()
    for field in design.fields:
        if field.show_if and (text := _wrong_condition(field.show_if, above, elements)):
            found.append(Problem(field.element, text))
        above.add(field.element)
    return found


def _wrong_condition(
    condition: ConditionSpec, above: Collection[str], elements: Elements
) -> str | None:
    controlling = elements.get(condition.element)
    if controlling is None or condition.element not in above:
        return _(
            "The condition names a field that does not stand above this one. "
            "Move the field, or choose another condition."
        )
    if controlling.restricted:
        return _("The condition depends on a restricted element. Those never drive a rule.")
    if not may_control(controlling):
        return _("A condition depends on a field with a code list or yes and no. Choose another.")
    if not condition.values:
        return _("Choose for which values this field is shown.")
    if not set(condition.values) <= set(values_of(controlling)):
        return _("The condition names a value that this field never has. Choose again.")
    return None


# What differs -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """One change from an old version to a new one: `kind` is added, removed, changed or moved;
    `what` are the parts that changed; `element` is "" for titles and sections."""

    kind: str
    element: str
    what: tuple[str, ...] = ()
    old: str = ""
    new: str = ""


def compare(old: TemplateSpec, new: TemplateSpec) -> list[Difference]:
    """What was added, removed, changed and moved, the whole first, then field by field."""
    found: list[Difference] = []
    titles = {"title_zh": (old.title_zh, new.title_zh), "title_en": (old.title_en, new.title_en)}
    found += [
        Difference("changed", "", (part,), before, after)
        for part, (before, after) in titles.items()
        if before != after
    ]
    before, after = _places(old), _places(new)
    found += [Difference("added", key, new=place) for key, (_f, place) in after.items()
              if key not in before]  # fmt: skip
    found += [Difference("removed", key, old=place) for key, (_f, place) in before.items()
              if key not in after]  # fmt: skip
    for key, (field, place) in after.items():
        if key in before:
            held, was_in = before[key]
            what = tuple(part for part in PARTS if getattr(held, part) != getattr(field, part))
            if what:
                found.append(Difference("changed", key, what))
            if was_in != place:
                found.append(Difference("moved", key, ("section",), was_in, place))
    kept_before = [key for key in before if key in after]
    kept_after = [key for key in after if key in before]
    moved = [key for key in _out_of_order(kept_before, kept_after)
             if before[key][1] == after[key][1]]  # fmt: skip
    return found + [Difference("moved", key, ("order",)) for key in moved]


PARTS = ("required", "help_zh", "help_en", "show_if")


def _places(design: TemplateSpec) -> dict[str, tuple[FieldSpec, str]]:
    return {
        field.element: (field, section.title_zh)
        for section in design.sections
        for field in section.fields
    }


def _out_of_order(before: list[str], after: list[str]) -> list[str]:
    """The fewest elements whose moving turns one order into the other: all but the longest run
    that stands in the same order in both."""
    place = {key: number for number, key in enumerate(before)}
    best: dict[str, list[str]] = {}
    for number, key in enumerate(after):
        runs = [best[other] for other in after[:number] if place[other] < place[key]]
        best[key] = [*_longest(runs), key]
    kept = set(_longest(best.values()))
    return [key for key in after if key not in kept]


def _longest(runs: Iterable[list[str]]) -> list[str]:
    return max(runs, key=lambda run: len(run), default=[])
