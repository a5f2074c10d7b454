"""Reads of form templates and of the catalogue behind them."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import Count

from accounts.viewer import Viewer
from datasharing.choices import (
    TemplateStatus,
)
from datasharing.models import Code, DataElement, FormField, FormTemplate, in_language
from smartcommunity.kernel.errors import NotFound


def templates_for(*, viewer: Viewer, subject: str) -> list[FormTemplate]:
    """The published templates of the viewer's department for a subject, the fullest first."""
    if not viewer.is_staff_member or viewer.is_administrator:
        return []
    return list(
        FormTemplate.objects.filter(
            status=TemplateStatus.PUBLISHED,
            department_kind=viewer.department_kind,
            subject=subject,
        )
        .annotate(size=Count("fields"))
        .order_by("-size", "key")
    )


def template(*, viewer: Viewer, key: str) -> FormTemplate:
    """A published template of the viewer's department, with its fields. Raises NotFound."""
    found = (
        FormTemplate.objects.filter(
            key=key, status=TemplateStatus.PUBLISHED, department_kind=viewer.department_kind
        )
        .prefetch_related("fields__element__code_list__codes")
        .first()
    )
    if found is None or not viewer.is_staff_member or viewer.is_administrator:
        raise NotFound
    return found


def ageing(*, subject: str) -> set[str]:
    """The elements of a subject whose values grow stale."""
    rows = DataElement.objects.filter(subject=subject, valid_months__isnull=False)
    return set(rows.values_list("key", flat=True))


def asked_and_ageing(*, viewer: Viewer, subject: str) -> dict[str, int]:
    """{element key: months of validity} of what the forms in use of the viewer's department ask
    about a subject and what grows stale."""
    fields = FormField.objects.filter(
        template__in=FormTemplate.objects.of_department(viewer),
        template__status=TemplateStatus.PUBLISHED,
        template__subject=subject,
        element__valid_months__isnull=False,
    )
    months = fields.values_list("element_id", "element__valid_months")
    return {key: valid for key, valid in months if valid is not None}


def sections(*, subject: str) -> dict[str, str]:
    """{element key: section title} in the order of a full page: as a form of the element's owner
    groups them, else any other form; of several, the one that asks most."""
    fields = list(
        FormField.objects.filter(
            template__status=TemplateStatus.PUBLISHED, template__subject=subject
        ).values_list(
            "element_id",
            "section_zh",
            "section_en",
            "order",
            "template_id",
            "template__key",
            "template__department_kind",
            "element__owner_kind",
        )
    )
    asked = Counter(template for _e, _zh, _en, _order, template, *_rest in fields)

    def rank(field: tuple[Any, ...]) -> tuple[Any, ...]:
        _element, _zh, _en, order, template, key, department, owner = field
        return department != owner, -asked[template], key, order

    found: dict[str, str] = {}
    for element, zh, en, *_rest in sorted(fields, key=rank):
        found.setdefault(element, in_language(zh, en))
    return found


def code_labels(*, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """{(code list, code): label} of the codes asked for: one query."""
    wanted = set(pairs)
    found = Code.objects.filter(
        code_list__in={pair[0] for pair in wanted}, code__in={pair[1] for pair in wanted}
    )
    return {(code.code_list_id, code.code): code.label for code in found}
