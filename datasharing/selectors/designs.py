"""Reads for the designer: the department's forms, a draft as it is edited, versions, what differs.

No personal data: what collectors will see of an element is decided by the rights alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import DepartmentKind
from accounts.selectors import has_supervisor
from accounts.viewer import Viewer
from datasharing import design, policies, values
from datasharing.catalogue.specs import FieldSpec, TemplateSpec
from datasharing.choices import TYPE_LABELS, Subject, TemplateOrigin, TemplateStatus
from datasharing.design import Elements
from datasharing.models import DataElement, FormTemplate, in_language
from datasharing.selectors.prospects import Prospect, prospects_for, version_of
from smartcommunity.kernel.errors import NotFound

KINDS = {
    "added": _("Added"),
    "removed": _("Removed"),
    "changed": _("Changed"),
    "moved": _("Moved"),
}


@dataclass(frozen=True, slots=True)
class FormLine:
    """A form of the department in the list. `version` is the one in use, None when none is."""

    key: str
    title: str
    subject: str
    version: int | None
    published_at: datetime | None
    versions: int
    has_draft: bool
    origin: str
    state: str
    state_label: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version of a form; `number` 0 is the draft."""

    number: int
    state: str
    state_label: str
    title: str
    fields: int
    origin: str
    who: str
    at: datetime | None
    reason: str
    retired_by: str
    retired_at: datetime | None
    retired_reason: str
    previous: int | None


@dataclass(frozen=True, slots=True)
class Versions:
    """A form with all its versions, the newest first, the draft before them."""

    key: str
    title: str
    subject: str
    lines: tuple[VersionLine, ...]
    has_draft: bool
    in_use: int | None
    may_publish: bool


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field in the designer."""

    key: str
    label: str
    type: str
    owner: str
    restricted: bool
    prospect: Prospect
    required: bool
    help_zh: str
    help_en: str
    own_help: str
    controls: tuple[tuple[str, str, bool], ...]  # what its condition may depend on: key, label, is
    controlling: str
    options: tuple[tuple[str, str, bool], ...]  # of the one it depends on: value, label, chosen
    condition: str
    problem: str


@dataclass(frozen=True, slots=True)
class SectionView:
    number: int
    title_zh: str
    title_en: str
    title: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """An element that can be put on the form."""

    key: str
    label: str
    type: str
    prospect: Prospect


@dataclass(frozen=True, slots=True)
class Design:
    """A version as the designer shows it: a draft to be edited, or one in use to be read."""

    key: str
    number: int
    title: str
    title_zh: str
    title_en: str
    subject: str
    revision: int
    based_on: int | None
    overtaken: bool  # another version was published since the draft was begun
    edited_by: str
    edited_at: datetime | None
    sections: tuple[SectionView, ...]
    offered: tuple[tuple[str, tuple[Offered, ...]], ...]
    problems: tuple[design.Problem, ...]
    limited: int
    count: int
    may_publish: bool
    line: VersionLine


@dataclass(frozen=True, slots=True)
class DifferenceView:
    kind: str
    kind_label: str
    label: str
    what: str


def department_forms(*, viewer: Viewer) -> list[FormLine]:
    """The forms of the viewer's kind of department, those in use first. Raises NotAllowed."""
    policies.may_design(viewer).require()
    by_key: dict[str, list[FormTemplate]] = defaultdict(list)
    for row in FormTemplate.objects.of_department(viewer).order_by("key", "-version"):
        by_key[row.key].append(row)
    lines = [_form_line(versions) for versions in by_key.values()]
    return sorted(lines, key=lambda line: (line.state == "retired", line.subject, line.key))


def _form_line(versions: list[FormTemplate]) -> FormLine:
    used = [row for row in versions if row.status != TemplateStatus.DRAFT]
    in_use = next((row for row in used if row.status == TemplateStatus.PUBLISHED), None)
    shown = in_use or versions[0]
    return FormLine(
        key=shown.key,
        title=shown.title,
        subject=str(Subject(shown.subject).label),
        version=in_use.version if in_use else None,
        published_at=in_use.published_at if in_use else None,
        versions=len(used),
        has_draft=len(used) < len(versions),
        origin=str(TemplateOrigin(shown.origin).label),
        state=shown.status,
        state_label=str(TemplateStatus(shown.status).label),
    )


def versions(*, viewer: Viewer, key: str) -> Versions:
    """The form with all its versions. Raises NotFound, NotAllowed."""
    policies.may_design(viewer).require()
    rows = list(
        FormTemplate.objects.of_department(viewer)
        .filter(key=key)
        .select_related("edited_by", "published_by", "retired_by")
        .annotate(count=Count("fields"))
        .order_by("-version")
    )
    if not rows:
        raise NotFound
    rows.sort(key=lambda row: (row.status != TemplateStatus.DRAFT, -row.version))
    in_use = next((r.version for r in rows if r.status == TemplateStatus.PUBLISHED), None)
    used = [row.version for row in rows if row.status != TemplateStatus.DRAFT]
    lines = []
    for row in rows:
        older = [number for number in used if row.version == 0 or number < row.version]
        lines.append(_version_line(row, max(older, default=None)))
    return Versions(
        key=key,
        title=rows[0].title,
        subject=str(Subject(rows[0].subject).label),
        lines=tuple(lines),
        has_draft=rows[0].status == TemplateStatus.DRAFT,
        in_use=in_use,
        may_publish=_may_publish(viewer),
    )


def _version_line(row: FormTemplate, previous: int | None) -> VersionLine:
    is_draft = row.status == TemplateStatus.DRAFT
    who = row.edited_by if is_draft else row.published_by
    return VersionLine(
        number=row.version,
        state=row.status,
        state_label=str(TemplateStatus(row.status).label),
        title=row.title,
        fields=getattr(row, "count", 0),
        origin=str(TemplateOrigin(row.origin).label),
        who=who.display_name if who else "",
        at=row.edited_at if is_draft else row.published_at,
        reason=row.reason,
        retired_by=row.retired_by.display_name if row.retired_by else "",
        retired_at=row.retired_at,
        retired_reason=row.retired_reason,
        previous=previous,
    )


def _may_publish(viewer: Viewer) -> bool:
    supervised = has_supervisor(department_id=viewer.department_id)
    return bool(policies.may_publish(viewer, has_supervisor=supervised))


def draft_spec(*, viewer: Viewer, key: str) -> TemplateSpec:
    """The draft as it is stored. Raises NotFound, NotAllowed."""
    return design.read(version_of(viewer, key, FormTemplate.DRAFT_VERSION))


def designed(*, viewer: Viewer, key: str, number: int, sent: TemplateSpec | None = None) -> Design:
    """A version for the designer; `sent` stands in for the stored design when it could not be
    kept. Raises NotFound, NotAllowed."""
    row = version_of(viewer, key, number)
    held = sent or design.read(row)
    elements = {
        element.key: element
        for element in DataElement.objects.filter(subject=row.subject)
        .select_related("code_list")
        .prefetch_related("code_list__codes")
    }
    prospects = prospects_for(viewer, row.subject, elements.values())
    wrong = design.problems(held, elements)
    newest = FormTemplate.objects.filter(key=key).published_once().first()
    is_draft = row.status == TemplateStatus.DRAFT
    present = {field.element for field in held.fields}
    return Design(
        key=key,
        number=number,
        title=row.title,
        title_zh=held.title_zh,
        title_en=held.title_en,
        subject=str(Subject(row.subject).label),
        revision=row.revision,
        based_on=row.based_on,
        overtaken=bool(is_draft and newest and newest.version != row.based_on),
        edited_by=row.edited_by.display_name if row.edited_by else "",
        edited_at=row.edited_at,
        sections=tuple(_sections(held, elements, prospects, wrong)),
        offered=_offered(elements.values(), present, prospects),
        problems=tuple(wrong),
        limited=sum(prospects[key].limited for key in present if key in prospects),
        count=len(held.fields),
        may_publish=is_draft and _may_publish(viewer),
        line=_version_line(row, None),
    )


def _sections(
    held: TemplateSpec,
    elements: Elements,
    prospects: Mapping[str, Prospect],
    wrong: Iterable[design.Problem],
) -> Iterable[SectionView]:
    problem = {each.element: each.text for each in wrong}
    above: list[DataElement] = []
    for number, section in enumerate(held.sections):
        fields = []
        for field in section.fields:
            element = elements.get(field.element)
            if element is None:
                continue
            fields.append(_field(field, element, elements, above, prospects[element.key], problem))
            above.append(element)
        title = in_language(section.title_zh, section.title_en)
        yield SectionView(number, section.title_zh, section.title_en, title, tuple(fields))


def _field(
    field: FieldSpec,
    element: DataElement,
    elements: Elements,
    above: list[DataElement],
    prospect: Prospect,
    problem: Mapping[str, str],
) -> FieldView:
    controlling = field.show_if.element if field.show_if else ""
    chosen = field.show_if.values if field.show_if else ()
    source = elements.get(controlling)
    labels = _labels(source) if source else {}
    controls = [other for other in above if design.may_control(other)]
    if source and source not in controls:
        controls.append(source)
    return FieldView(
        key=element.key,
        label=element.label,
        type=type_label(element),
        owner=str(DepartmentKind(element.owner_kind).label),
        restricted=element.restricted,
        prospect=prospect,
        required=field.required,
        help_zh=field.help_zh,
        help_en=field.help_en,
        own_help=element.help,
        controls=tuple((o.key, o.label, o.key == controlling) for o in controls),
        controlling=controlling,
        options=tuple((value, label, value in chosen) for value, label in labels.items()),
        condition=_condition(field, elements),
        problem=problem.get(element.key, ""),
    )


def _condition(field: FieldSpec, elements: Elements) -> str:
    """A condition in words."""
    if not field.show_if or not (source := elements.get(field.show_if.element)):
        return ""
    labels = _labels(source)
    named = "、".join(labels.get(value, value) for value in field.show_if.values) or "…"
    text = gettext("shown if %(element)s is %(values)s")
    return text % {"element": source.label, "values": named}


def _labels(element: DataElement) -> dict[str, str]:
    """{value: label} of what a condition may name."""
    if element.type == "boolean":
        return {values.TRUE: str(values.YES), values.FALSE: str(values.NO)}
    codes = element.code_list.codes.all() if element.code_list else ()
    return {code.code: code.label for code in codes}


def type_label(element: DataElement) -> str:
    """The type of an element in words; of a coded one, the name of its list."""
    if element.code_list:
        return element.code_list.name
    return str(TYPE_LABELS.get(element.type, element.type))


def _offered(
    elements: Iterable[DataElement], present: set[str], prospects: Mapping[str, Prospect]
) -> tuple[tuple[str, tuple[Offered, ...]], ...]:
    """What is not on the form yet, by owner; the department's own first."""
    groups: dict[str, list[Offered]] = defaultdict(list)
    for element in elements:
        if element.is_asked and element.key not in present:
            prospect = prospects[element.key]
            groups[element.owner_kind].append(
                Offered(element.key, element.label, type_label(element), prospect)
            )
    own_first = sorted(groups, key=lambda kind: (groups[kind][0].prospect.code != "own", kind))
    return tuple((str(DepartmentKind(kind).label), tuple(groups[kind])) for kind in own_first)


def differences(*, viewer: Viewer, key: str, old: int, new: int) -> list[DifferenceView]:
    """What changed from version `old` to `new`. Raises NotFound, NotAllowed."""
    before, after = version_of(viewer, key, old), version_of(viewer, key, new)
    elements = {
        field.element_id: field.element for row in (before, after) for field in row.fields.all()
    }
    was, now = design.read(before), design.read(after)
    fields = [{f.element: f for f in each.fields} for each in (was, now)]
    return [_difference(each, elements, *fields) for each in design.compare(was, now)]


def _difference(
    found: design.Difference,
    elements: Elements,
    before: Mapping[str, FieldSpec],
    after: Mapping[str, FieldSpec],
) -> DifferenceView:
    label = elements[found.element].label if found.element else gettext("Title")
    if found.kind == "changed" and found.element:
        old, new = before[found.element], after[found.element]
        what = "; ".join(_part(part, old, new, elements) for part in found.what)
    elif found.kind == "moved" and found.what == ("order",):
        what = gettext("another place in its section")
    else:
        what = " → ".join(text for text in (found.old, found.new) if text)
    return DifferenceView(found.kind, str(KINDS[found.kind]), label, what)


def _part(part: str, old: FieldSpec, new: FieldSpec, elements: Elements) -> str:
    if part == "required":
        return gettext("now required") if new.required else gettext("no longer required")
    if part == "show_if":
        was, now = _condition(old, elements), _condition(new, elements)
        return f"{was or gettext('always shown')} → {now or gettext('always shown')}"
    was, now = getattr(old, part), getattr(new, part)
    return f"{gettext('help')}: {was or '—'} → {now or '—'}"
