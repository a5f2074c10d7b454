"""What the catalogue files say, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from accounts.choices import DepartmentKind
from datasharing.choices import Sensitivity, Sharing, Subject

ELSEWHERE = "elsewhere"
RECORD = "record"
COLUMN = "column:"


class CatalogueError(Exception):
    """A catalogue file is wrong: which file, where in it, and what to mend."""

    def __init__(self, file: str, where: str, problem: str) -> None:
        super().__init__(file, where, problem)
        self.file = file
        self.where = where
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.file}: {self.where}: {self.problem}"


class ElementType(StrEnum):
    """How a value is entered and checked. `reference` is held by another app, never on a form."""

    TEXT = "text"
    LONGTEXT = "longtext"
    CODE = "code"
    DATE = "date"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DOCUMENT_NO = "document_no"
    MOBILE = "mobile"
    PLATE = "plate"
    USCC = "uscc"
    REGION = "region"
    PERSON_NAME = "person_name"
    REFERENCE = "reference"


class Confidence(StrEnum):
    """How sure we are that the codes are the standard's; OWN: the platform defines them."""

    VERIFIED = "verified"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class CodeSpec:
    """One code of a list; its place in the list is its order."""

    code: str
    label_zh: str
    label_en: str


@dataclass(frozen=True, slots=True)
class CodeListSpec:
    key: str
    name_zh: str
    name_en: str
    standard: str
    confidence: Confidence
    note: str
    codes: tuple[CodeSpec, ...]

    def has(self, code: str) -> bool:
        return any(spec.code == code for spec in self.codes)


@dataclass(frozen=True, slots=True)
class ElementSpec:
    """数据元. Empty text stands for "none" in `code_list`, `derived_from` and the helps."""

    key: str
    label_zh: str
    label_en: str
    subject: Subject
    type: ElementType
    code_list: str
    max_length: int | None
    sensitivity: Sensitivity
    owner_kind: DepartmentKind
    need_to_know: tuple[DepartmentKind, ...]
    standard: str
    help_zh: str
    help_en: str
    restricted: bool
    storage: str
    derived_from: str
    mask: str
    sharing: Sharing
    not_shared_because: str
    valid_months: int | None = None

    @property
    def is_computed(self) -> bool:
        """Always worked out, never asked. (A derived column is prefilled and may be asked.)"""
        return bool(self.derived_from) and self.storage == RECORD

    @property
    def is_asked(self) -> bool:
        """Whether a form may ask it."""
        return self.storage != ELSEWHERE and not self.is_computed

    @property
    def document_type_element(self) -> str:
        """For a document number: the element beside it that holds the kind of document."""
        return f"{self.key.removesuffix('_no')}_type"


@dataclass(frozen=True, slots=True)
class ConditionSpec:
    """Show a field when `element` has one of `values` ("true"/"false" for a boolean)."""

    element: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """An element on a form. An empty help means the element's own."""

    element: str
    required: bool
    help_zh: str
    help_en: str
    show_if: ConditionSpec | None


@dataclass(frozen=True, slots=True)
class SectionSpec:
    title_zh: str
    title_en: str
    fields: tuple[FieldSpec, ...]


@dataclass(frozen=True, slots=True)
class TemplateSpec:
    key: str
    department_kind: DepartmentKind
    subject: Subject
    title_zh: str
    title_en: str
    sections: tuple[SectionSpec, ...]

    @property
    def fields(self) -> tuple[FieldSpec, ...]:
        """The fields of all sections, in order."""
        return tuple(field for section in self.sections for field in section.fields)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything by key, in the order of the files."""

    code_lists: Mapping[str, CodeListSpec]
    elements: Mapping[str, ElementSpec]
    templates: Mapping[str, TemplateSpec]
