"""What the designer's page sends, built from a design as a browser would."""

from django.http import QueryDict

from datasharing.catalogue.specs import TemplateSpec


def posted(design: TemplateSpec, at: int, /, **more: str | list[str]) -> QueryDict:
    """The POST of the whole draft; `more` adds to it or takes the place of a value."""
    data = QueryDict(mutable=True)
    data["title_zh"], data["title_en"] = design.title_zh, design.title_en
    for number, section in enumerate(design.sections):
        data.appendlist("row", f"section:{number}")
        data[f"section-{number}-zh"] = section.title_zh
        data[f"section-{number}-en"] = section.title_en
        for field in section.fields:
            data.appendlist("row", f"field:{field.element}")
            data[f"{field.element}-help_zh"] = field.help_zh
            data[f"{field.element}-help_en"] = field.help_en
            if field.required:
                data[f"{field.element}-required"] = "on"
            if field.show_if:
                data[f"{field.element}-if"] = field.show_if.element
                name = f"{field.element}-in-{field.show_if.element}"
                data.setlist(name, list(field.show_if.values))
    data["revision"], data["whole"] = str(at), "1"
    for name, value in more.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data
