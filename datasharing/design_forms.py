"""What the designer's page sends: the whole draft in the order of its rows, and one step."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from datasharing import design
from datasharing.catalogue.specs import ConditionSpec, FieldSpec, SectionSpec, TemplateSpec
from datasharing.choices import Subject
from smartcommunity.kernel.errors import Invalid

BROKEN = _("The form arrived incomplete. Open the draft again and repeat the last change.")


class NewForm(forms.Form):
    """The beginning of a form."""

    use_required_attribute = False
    title_zh = forms.CharField(label=_("Chinese title"), max_length=design.TITLE)
    title_en = forms.CharField(label=_("English title"), max_length=design.TITLE, required=False)
    subject = forms.ChoiceField(
        label=_("What the form is about"),
        choices=Subject.choices,
        help_text=_("It stays as it is. A form asks elements of one subject only."),
    )


class ReasonForm(forms.Form):
    """Why a version is published, or taken out of use."""

    use_required_attribute = False
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What changed and why. It is kept with the version."),
        error_messages={"required": _("This is required. Fill it in.")},
    )


def posted_revision(data: QueryDict) -> int:
    """The revision of the draft that the page showed. Raises Invalid."""
    text = data.get("revision", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Invalid(BROKEN)
    return int(text)


def posted_design(data: QueryDict, held: TemplateSpec) -> TemplateSpec:
    """The design as sent, of the form that `held` is of. Raises Invalid for a POST that is not
    whole; whether it makes sense is for `design.refuse_unsound`."""
    if data.get("whole") != "1":  # the page's last input: nothing was cut off
        raise Invalid(BROKEN)
    sections: list[tuple[str, str, list[FieldSpec]]] = []
    for row in _rows(data):
        kind, _colon, name = row.partition(":")
        if kind == "section":
            titles = (_text(data, f"section-{name}-{language}") for language in ("zh", "en"))
            sections.append((*titles, []))  # type: ignore[arg-type]
        elif kind == "field" and sections:
            sections[-1][2].append(_field(data, name))
        else:
            raise Invalid(BROKEN)
    return TemplateSpec(
        held.key,
        held.department_kind,
        held.subject,
        _text(data, "title_zh"),
        _text(data, "title_en"),
        tuple(SectionSpec(zh, en, tuple(fields)) for zh, en, fields in sections),
    )


def _rows(data: QueryDict) -> list[str]:
    return data.getlist("row")


def _text(data: QueryDict, name: str) -> str:
    return data.get(name, "").strip()


def _field(data: QueryDict, key: str) -> FieldSpec:
    controlling = _text(data, f"{key}-if")
    chosen = tuple(dict.fromkeys(data.getlist(f"{key}-in-{controlling}")))
    return FieldSpec(
        element=key,
        required=f"{key}-required" in data,
        help_zh=_text(data, f"{key}-help_zh"),
        help_en=_text(data, f"{key}-help_en"),
        show_if=ConditionSpec(controlling, chosen) if controlling else None,
    )


def step(data: QueryDict, sent: TemplateSpec) -> TemplateSpec:
    """The design after the button that was pressed; nothing else moves it. A section is named as
    its row is. Raises Invalid for a step that does not exist."""
    verb, _colon, name = data.get("do", "save").partition(":")
    if verb in {"save", "refresh"}:
        return sent
    if verb == "add-section":
        return design.add_section(sent)
    if verb == "add":
        return _added(data, sent)
    if verb in {"up", "down"}:
        return design.move_field(sent, name, _STEPS[verb])
    if verb == "remove":
        return design.remove_field(sent, name)
    number = _section(data, name)
    if verb in {"section-up", "section-down"}:
        return design.move_section(sent, number, _STEPS[verb.removeprefix("section-")])
    if verb == "section-remove":
        return design.remove_section(sent, number)
    raise Invalid(BROKEN)


_STEPS = {"up": -1, "down": 1}


def _added(data: QueryDict, sent: TemplateSpec) -> TemplateSpec:
    if not sent.sections:
        sent = design.add_section(sent)
        return design.add_fields(sent, 0, data.getlist("add"))
    return design.add_fields(sent, _section(data, data.get("add_to", "")), data.getlist("add"))


def _section(data: QueryDict, name: str) -> int:
    """The place of a section among the rows."""
    sections = [row for row in _rows(data) if row.startswith("section:")]
    try:
        return sections.index(f"section:{name}")
    except ValueError:
        raise Invalid(BROKEN) from None
