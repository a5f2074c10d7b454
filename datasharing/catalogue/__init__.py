"""The catalogue as data: elements, code lists and the first form templates, from TOML files.

`elements/` and `code_lists/` hold any number of files, `templates.toml` the forms. `load()` checks
every reference between them and returns frozen specifications; nothing here touches the database.
The classes of people that the platform leaves out (religion, HIV status, "special persons", risk
grades) must not be added.
"""

from datasharing.catalogue.loader import load
from datasharing.catalogue.specs import (
    Catalogue,
    CatalogueError,
    CodeListSpec,
    CodeSpec,
    ConditionSpec,
    ElementSpec,
    ElementType,
    FieldSpec,
    SectionSpec,
    TemplateSpec,
)

__all__ = [
    "Catalogue",
    "CatalogueError",
    "CodeListSpec",
    "CodeSpec",
    "ConditionSpec",
    "ElementSpec",
    "ElementType",
    "FieldSpec",
    "SectionSpec",
    "TemplateSpec",
    "load",
]
