"""Template tags of the component library: icons, components with content, widgets, status looks.

``docs/components.md`` lists the components; ``/styleguide/`` shows them (debug only).
"""

from typing import Any, Final, NamedTuple

from django import forms, template
from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.template import Context, Engine
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


class Look(NamedTuple):
    """Tone (colour family of the style sheet) and icon of a status: never colour alone."""

    tone: str
    icon: str


_FAMILIES: Final[dict[Look, str]] = {
    Look("info", "plus"): "new open submitted",
    Look("info", "clock"): "accepted acknowledged assigned in_progress sent scheduled",
    Look("info", "info"): "info low",
    Look("warning", "pending"): "pending requested waiting unpaid expiring",
    Look("warning", "alert"): "warning medium degraded low_battery",
    Look("warning", "lock"): "masked",
    Look("success", "check"): (
        "done resolved completed approved published active valid online opened granted allowed"
        " paid full normal success"
    ),
    Look("neutral", "lock"): "closed hidden used",
    Look("neutral", "cross"): "cancelled expired revoked withdrawn inactive archived",
    Look("neutral", "offline"): "offline unknown",
    Look("neutral", "edit"): "draft",
    Look("danger", "cross"): "rejected refused denied failed false_alarm",
    Look("danger", "alert"): "fault alarm overdue critical high urgent danger",
    Look("special", "refresh"): "reopened transferred escalated",
}
_LOOKS: Final = {code: look for look, codes in _FAMILIES.items() for code in codes.split()}
_UNKNOWN: Final = Look("neutral", "info")
_TONE_ICONS: Final = {"success": "check", "warning": "alert", "danger": "alert"}


@register.filter
def status_look(code: object) -> Look:
    """The look of a status or severity code; unknown codes are neutral."""
    return _LOOKS.get(str(code).lower(), _UNKNOWN)


@register.filter
def tone_icon(tone: str) -> str:
    """The icon that goes with a tone."""
    return _TONE_ICONS.get(tone, "info")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One symbol of ``static/img/icons.svg``: decoration, or an image when it has a ``label``."""
    href = f"{static('img/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', href)


@register.simple_block_tag(takes_context=True)
def component(context: Context, content: str, name: str, **values: Any) -> SafeString:
    """Render ``components/<name>.html`` around the block, isolated like ``include ... only``."""
    scope = context.new({"content": content, "csrf_token": context.get("csrf_token"), **values})
    return Engine.get_default().get_template(f"components/{name}.html").render(scope)


@register.simple_block_tag
def capture(content: str) -> SafeString:
    """Keep a rendered block for an argument: ``{% capture as x %}...{% endcapture %}``."""
    return mark_safe(content)  # noqa: S308  the template engine has escaped it already


@register.filter
def field_kind(field: BoundField) -> str:
    """How ``components/field.html`` lays a field out: ``choices``, ``check`` or ``input``."""
    widget = field.field.widget
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    return "check" if isinstance(widget, forms.CheckboxInput) else "input"


@register.simple_tag
def widget(field: BoundField) -> SafeString:
    """The control of a bound field with the class that fits its widget."""
    control = field.field.widget
    if isinstance(control, forms.CheckboxInput):
        css = "form-check-input"
    elif isinstance(control, forms.Select):
        css = "form-select"
    else:
        css = "form-control"
    own = control.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{css} {own}".strip()})


@register.filter
def options(field: BoundField) -> list[BoundWidget]:
    """The radio buttons or check boxes of a choice field, each with its class."""
    choices = list(field.subwidgets)
    for choice in choices:
        choice.data["attrs"] = {**choice.data["attrs"], "class": "form-check-input"}
    return choices


@register.filter
def error_target(field: BoundField) -> str:
    """The id an error link jumps to: the control, or the first choice of a group."""
    return field.id_for_label or f"{field.auto_id}_0"
