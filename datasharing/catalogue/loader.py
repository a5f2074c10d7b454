"""Read the catalogue files and check that every reference in them resolves."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Final

from accounts.choices import DepartmentKind
from datasharing import masking
from datasharing.catalogue.reader import Table
from datasharing.catalogue.specs import (
    COLUMN,
    ELSEWHERE,
    RECORD,
    Catalogue,
    CodeListSpec,
    CodeSpec,
    ConditionSpec,
    Confidence,
    ElementSpec,
    ElementType,
    FieldSpec,
    SectionSpec,
    TemplateSpec,
)
from datasharing.choices import Sensitivity, Sharing, Subject

FOLDER: Final = Path(__file__).parent

# The widths of the columns these values are written to.
_KEY = re.compile(r"[a-z][a-z0-9_]{1,49}")
_TEMPLATE_KEY = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_LONGEST_VALIDITY = 240
_LABEL, _CODE, _HELP, _SECTION, _STANDARD, _STORAGE = 80, 20, 300, 60, 80, 40

WITH_LENGTH: Final = {
    ElementType.TEXT,
    ElementType.LONGTEXT,
    ElementType.REGION,
    ElementType.PERSON_NAME,
    ElementType.DOCUMENT_NO,
    ElementType.MOBILE,
    ElementType.PLATE,
    ElementType.USCC,
}
MASK_OF_TYPE: Final = {
    ElementType.PERSON_NAME: "name",
    ElementType.DOCUMENT_NO: "document",
    ElementType.MOBILE: "phone",
    ElementType.PLATE: "plate",
    ElementType.DATE: "year",
}
_BOOLEAN_VALUES: Final = ("true", "false")


def load(folder: Path = FOLDER) -> Catalogue:
    """Read `code_lists/*.toml`, `elements/*.toml`, `freshness.toml` and `templates.toml` below
    `folder`.

    Raises `CatalogueError` at the first thing that is wrong.
    """
    code_lists = _code_lists(folder)
    elements = _with_validity(folder, _elements(folder, code_lists))
    templates = _templates(folder, code_lists, elements)
    return Catalogue(code_lists, elements, templates)


def _code_lists(folder: Path) -> dict[str, CodeListSpec]:
    lists: dict[str, CodeListSpec] = {}
    for path in sorted(folder.glob("code_lists/*.toml")):
        for key, table in Table.of_file(path).items():
            _check_new_key(table, key, lists)
            lists[key] = _code_list(key, table)
    return lists


def _code_list(key: str, table: Table) -> CodeListSpec:
    name_zh, name_en = table.bilingual("name", limit=_LABEL)
    codes = tuple(CodeSpec(*row) for row in table.rows("codes", width=3))
    seen: set[str] = set()
    for code in codes:
        if code.code in seen:
            table.fail(f"code '{code.code}' stands twice")
        if len(code.code) > _CODE or len(code.label_zh) > _LABEL or len(code.label_en) > _LABEL:
            table.fail(f"code '{code.code}' is longer than {_CODE}, or its label than {_LABEL}")
        seen.add(code.code)
    if not codes:
        table.fail("'codes' must not be empty")
    spec = CodeListSpec(
        key=key,
        name_zh=name_zh,
        name_en=name_en,
        standard=table.text("standard", limit=_STANDARD),
        confidence=table.choice("confidence", Confidence),
        note=table.text("note", limit=_HELP, default=""),
        codes=codes,
    )
    table.done()
    return spec


def _elements(folder: Path, code_lists: dict[str, CodeListSpec]) -> dict[str, ElementSpec]:
    elements: dict[str, ElementSpec] = {}
    tables: dict[str, Table] = {}
    for path in sorted(folder.glob("elements/*.toml")):
        file = Table.of_file(path)
        subject = file.choice("subject", Subject)
        for key, table in file.table("elements").items():
            _check_new_key(table, key, elements)
            elements[key] = _element(key, subject, table)
            tables[key] = table
        file.done()
    for key, element in elements.items():
        _check_element(tables[key], element, elements, code_lists)
    return elements


def _with_validity(folder: Path, elements: dict[str, ElementSpec]) -> dict[str, ElementSpec]:
    """The elements with the months until they should be confirmed again."""
    file = Table.of_file(folder / "freshness.toml")
    table, dated = file.table("months"), dict(elements)
    for months, keys in table.lists():
        if not (months.isdecimal() and 1 <= int(months) <= _LONGEST_VALIDITY):
            table.fail(f"'{months}' must be a number of months from 1 to {_LONGEST_VALIDITY}")
        for key in keys:
            if key not in elements:
                table.fail(f"element '{key}' does not exist")
            if dated[key].valid_months is not None:
                table.fail(f"element '{key}' stands twice")
            if not elements[key].is_asked:
                table.fail(f"element '{key}' is not asked on a form: nobody could confirm it")
            dated[key] = replace(elements[key], valid_months=int(months))
    file.done()
    return dated


def _element(key: str, subject: Subject, table: Table) -> ElementSpec:
    label_zh, label_en = table.bilingual("label", limit=_LABEL)
    help_zh, help_en = table.bilingual("help", limit=_HELP, optional=True)
    spec = ElementSpec(
        key=key,
        label_zh=label_zh,
        label_en=label_en,
        subject=subject,
        type=table.choice("type", ElementType),
        code_list=table.text("code_list", limit=50, default=""),
        max_length=table.length("max_length"),
        sensitivity=table.choice("sensitivity", Sensitivity),
        owner_kind=table.choice("owner", DepartmentKind),
        need_to_know=table.choices("need_to_know", DepartmentKind),
        standard=table.text("standard", limit=_STANDARD),
        help_zh=help_zh,
        help_en=help_en,
        restricted=table.flag("restricted"),
        storage=table.text("storage", limit=_STORAGE, default=RECORD),
        derived_from=table.text("derived_from", limit=50, default=""),
        mask=table.text("mask", limit=20, default="none"),
        sharing=table.choice("sharing", Sharing) if table.has("sharing") else Sharing.CONDITIONAL,
        not_shared_because=table.text("not_shared_because", limit=200, default=""),
    )
    table.done()
    return spec


def _check_element(
    table: Table,
    element: ElementSpec,
    elements: dict[str, ElementSpec],
    code_lists: dict[str, CodeListSpec],
) -> None:
    if (element.type is ElementType.CODE) != bool(element.code_list):
        table.fail("'code_list' belongs to type 'code', and to no other")
    if element.code_list and element.code_list not in code_lists:
        table.fail(f"code list '{element.code_list}' does not exist")
    if (element.type in WITH_LENGTH) != (element.max_length is not None):
        table.fail(f"'max_length' belongs to {', '.join(sorted(WITH_LENGTH))}, and to no other")
    if element.mask not in masking.RULES:
        table.fail(f"mask '{element.mask}' is none of {', '.join(masking.RULES)}")
    if element.sensitivity != Sensitivity.NONE:
        mask = MASK_OF_TYPE.get(element.type, element.mask)
        if element.mask != mask:
            table.fail(f"personal data of type '{element.type}' needs mask '{mask}'")
    if (element.type is ElementType.REFERENCE) != (element.storage == ELSEWHERE):
        table.fail("type 'reference' and storage 'elsewhere' go together")
    if element.storage not in (RECORD, ELSEWHERE) and not _KEY.fullmatch(
        element.storage.removeprefix(COLUMN)
    ):
        table.fail(f"storage must be '{RECORD}', '{ELSEWHERE}' or '{COLUMN}<field>'")
    if element.owner_kind in element.need_to_know:
        table.fail("'need_to_know' names the owner, who needs no grant")
    if (element.sharing == Sharing.NONE) != bool(element.not_shared_because):
        table.fail("'not_shared_because' belongs to sharing 'none', and to no other")
    if element.sharing == Sharing.UNCONDITIONAL and element.sensitivity != Sensitivity.NONE:
        table.fail("personal data is never shared unconditionally")
    source = elements.get(element.derived_from)
    if element.derived_from and (source is None or source.subject != element.subject):
        table.fail(f"'derived_from': this subject has no element '{element.derived_from}'")
    if element.type is ElementType.DOCUMENT_NO:
        partner = elements.get(element.document_type_element)
        if partner is None or partner.subject != element.subject or partner.code_list != "doc_type":
            table.fail(f"needs an element '{element.document_type_element}' of list 'doc_type'")


def _templates(
    folder: Path, code_lists: dict[str, CodeListSpec], elements: dict[str, ElementSpec]
) -> dict[str, TemplateSpec]:
    templates: dict[str, TemplateSpec] = {}
    file = Table.of_file(folder / "templates.toml")
    for table in file.tables("templates"):
        key = table.text("key", limit=60)
        if not _TEMPLATE_KEY.fullmatch(key):
            table.fail(f"'{key}' must be '<department>.<name>' in small letters")
        if key in templates:
            table.fail(f"template '{key}' stands twice")
        templates[key] = _template(key, table, code_lists, elements)
    file.done()
    return templates


def _template(
    key: str,
    table: Table,
    code_lists: dict[str, CodeListSpec],
    elements: dict[str, ElementSpec],
) -> TemplateSpec:
    department_kind = table.choice("department", DepartmentKind)
    subject = table.choice("subject", Subject)
    title_zh, title_en = table.bilingual("title", limit=_LABEL)
    allowed: dict[str, tuple[str, ...]] = {}
    sections = []
    for section in table.tables("sections"):
        section_zh, section_en = section.bilingual("title", limit=_SECTION)
        fields = []
        for row in section.tables("fields"):
            field = _field(row, subject, elements, allowed)
            allowed[field.element] = _values(elements[field.element], code_lists)
            fields.append(field)
        section.done()
        sections.append(SectionSpec(section_zh, section_en, tuple(fields)))
    table.done()
    return TemplateSpec(key, department_kind, subject, title_zh, title_en, tuple(sections))


def _field(
    table: Table,
    subject: Subject,
    elements: dict[str, ElementSpec],
    allowed: dict[str, tuple[str, ...]],
) -> FieldSpec:
    """Read one field; `allowed` maps the elements above it to the values they can have."""
    key = table.text("element", limit=50)
    element = elements.get(key)
    if element is None:
        table.fail(f"element '{key}' does not exist")
    if element.subject != subject:
        table.fail(f"element '{key}' is about a {element.subject.value}, not a {subject.value}")
    if not element.is_asked:
        table.fail(f"element '{key}' is worked out or held elsewhere: a form cannot ask it")
    if key in allowed:
        table.fail(f"element '{key}' stands twice in this template")
    help_zh, help_en = table.bilingual("help", limit=_HELP, optional=True)
    field = FieldSpec(
        element=key,
        required=table.flag("required"),
        help_zh=help_zh,
        help_en=help_en,
        show_if=_condition(table.table("show_if"), allowed) if table.has("show_if") else None,
    )
    table.done()
    return field


def _condition(table: Table, allowed: dict[str, tuple[str, ...]]) -> ConditionSpec:
    condition = ConditionSpec(table.text("element", limit=50), table.texts("in"))
    if condition.element not in allowed:
        table.fail(f"element '{condition.element}' does not stand above this field")
    for value in condition.values:
        if value not in allowed[condition.element]:
            table.fail(f"'{condition.element}' never has the value '{value}'")
    table.done()
    return condition


def _values(element: ElementSpec, code_lists: dict[str, CodeListSpec]) -> tuple[str, ...]:
    """The values a condition may compare with: codes and booleans only."""
    if element.type is ElementType.CODE:
        return tuple(code.code for code in code_lists[element.code_list].codes)
    return _BOOLEAN_VALUES if element.type is ElementType.BOOLEAN else ()


def _check_new_key(
    table: Table, key: str, known: dict[str, CodeListSpec] | dict[str, ElementSpec]
) -> None:
    if not _KEY.fullmatch(key):
        table.fail("a key has 2 to 50 small letters, digits and underscores")
    if key.startswith("own_"):
        table.fail("keys that start with 'own_' are those of departments' own elements")
    if key in known:
        table.fail("this key is already used in another file")
