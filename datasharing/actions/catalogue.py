"""Brings the catalogue files into the database."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.db import models, transaction

from datasharing import catalogue, design
from datasharing.catalogue import Catalogue, TemplateSpec
from datasharing.choices import TemplateOrigin, TemplateStatus
from datasharing.models import Code, CodeList, DataElement, FormField, FormTemplate
from smartcommunity.kernel import clock

# What the catalogue says of an element; the rest of ElementSpec is for the loader's own checks.
ELEMENT_FIELDS = [
    "subject", "label_zh", "label_en", "type", "max_length", "sensitivity", "owner_kind",
    "standard", "help_zh", "help_en", "mask", "storage", "derived_from", "restricted",
    "sharing", "not_shared_because", "valid_months",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class CatalogueCounts:
    """How many of each the files hold; `published` counts the template versions made just now."""

    code_lists: int
    codes: int
    elements: int
    templates: int
    published: int


@transaction.atomic
def load_catalogue() -> CatalogueCounts:
    """Bring the database up to the catalogue files. Doing it twice changes nothing.

    What the files no longer name is kept, so that old records stay readable. A template that
    differs from its published version is published as the next version; the old one is retired. A
    form that a department has published itself or taken out of use is left to it.
    Raises CatalogueError when a file is wrong.
    """
    files = catalogue.load()
    codes = _load_code_lists(files)
    _load_elements(files)
    published = sum(_publish(template) for template in files.templates.values())
    return CatalogueCounts(
        len(files.code_lists), codes, len(files.elements), len(files.templates), published
    )


def _load_code_lists(files: Catalogue) -> int:
    lists = files.code_lists.values()
    _upsert(
        [CodeList(spec.key, spec.name_zh, spec.name_en, spec.standard) for spec in lists],
        unique=["key"],
        update=["name_zh", "name_en", "standard"],
    )
    codes = [
        Code(code_list_id=spec.key, order=place, **asdict(code))
        for spec in lists
        for place, code in enumerate(spec.codes)
    ]
    _upsert(codes, unique=["code_list", "code"], update=["label_zh", "label_en", "order"])
    return len(codes)


def _load_elements(files: Catalogue) -> None:
    elements = [
        DataElement(
            key=spec.key,
            code_list_id=spec.code_list or None,
            **{name: getattr(spec, name) for name in ELEMENT_FIELDS},
        )
        for spec in files.elements.values()
    ]
    _upsert(elements, unique=["key"], update=[*ELEMENT_FIELDS, "code_list"])


def _upsert(rows: Iterable[models.Model], *, unique: list[str], update: list[str]) -> None:
    rows = list(rows)
    type(rows[0])._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=unique, update_fields=update
    )


def _publish(spec: TemplateSpec) -> bool:
    """Publish the template unless its published version already says the same. A form that the
    department has taken over (its newest version is its own, or it took the form out of use) is
    the department's, and left as it is."""
    versions = FormTemplate.objects.filter(key=spec.key).published_once()
    newest = versions.first()
    if newest and newest.origin != TemplateOrigin.PRODUCT:
        return False
    if newest and newest.status == TemplateStatus.RETIRED:
        return False
    draft = FormTemplate(
        key=spec.key,
        version=newest.version + 1 if newest else 1,
        origin=TemplateOrigin.PRODUCT,
        department_kind=spec.department_kind,
        subject=spec.subject,
        title_zh=spec.title_zh,
        title_en=spec.title_en,
        published_at=clock.now(),
    )
    fields = design.rows(draft, spec)
    if newest:
        if _content(newest, newest.fields.all()) == _content(draft, fields):
            return False
        newest.status, newest.retired_at = TemplateStatus.RETIRED, draft.published_at
        newest.save(update_fields=["status", "retired_at"])
    draft.save()
    FormField.objects.bulk_create(fields)
    draft.status = TemplateStatus.PUBLISHED
    draft.save(update_fields=["status"])
    return True


def _content(template: FormTemplate, fields: Iterable[FormField]) -> object:
    """What two versions of a template are compared by."""
    head = template.department_kind, template.subject, template.title_zh, template.title_en
    return tuple(map(str, head)), [
        (
            *(field.element_id, field.section_zh, field.section_en, field.order),
            *(field.required, field.help_zh, field.help_en, field.show_if),
        )
        for field in fields
    ]
