"""The template tags: the promises that other templates lean on."""

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from smartcommunity.kernel.styleguide import SampleForm, styleguide
from smartcommunity.kernel.templatetags.ui import status_look


def render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_a_component_escapes_its_arguments_and_keeps_its_content() -> None:
    html = render(
        '{% component "card" title=title %}<b>kept</b> {{ text }}{% endcomponent %}',
        title="<i>",
        text="<u>",
    )
    assert "&lt;i&gt;" in html
    assert "<b>kept</b> &lt;u&gt;" in html


def test_a_component_sees_only_what_it_is_given() -> None:
    html = render('{% component "card" %}x{% endcomponent %}', title="leaked")
    assert "leaked" not in html


def test_captured_html_stays_html() -> None:
    html = render("{% capture as x %}<b>{{ t }}</b>{% endcapture %}{{ x }}", t="<i>")
    assert html == "<b>&lt;i&gt;</b>"


def test_a_status_is_never_colour_alone() -> None:
    html = render_to_string("components/status_chip.html", {"code": "critical", "text": "紧急"})
    assert "#alert" in html
    assert "紧急" in html
    assert status_look("never heard of").tone == "neutral"


def test_every_error_is_beside_its_field_and_linked_from_the_summary() -> None:
    form = SampleForm({"number": "kept"})
    summary = render_to_string("components/error_summary.html", {"form": form})
    for name, errors in form.errors.items():
        field = form[name]
        html = render_to_string("components/field.html", {"field": field})
        assert f'id="{field.auto_id}_error"' in html
        assert str(errors[0]) in html
        target = field.id_for_label or f"{field.auto_id}_0"
        assert f'href="#{target}"' in summary
        assert f'id="{target}"' in html
    kept = render_to_string("components/field.html", {"field": form["number"]})
    assert 'value="kept"' in kept


def test_every_control_has_a_label() -> None:
    class Form(forms.Form):
        when = forms.DateTimeField(label="When")
        seats = forms.TypedChoiceField(label="Seats", choices=[("1", "1")])

    for field in Form():
        html = render_to_string("components/field.html", {"field": field})
        assert f'for="{field.id_for_label}"' in html


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500"])
def test_error_pages_need_no_context(name: str) -> None:
    html = render_to_string(f"{name}.html", {"reference_id": "ref-1"})
    assert "ref-1" in html
    assert render_to_string(f"{name}.html")


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["shell=console", "shell=mobile&size=large"])
def test_the_style_guide_renders(query: str, rf: RequestFactory) -> None:
    assert styleguide(rf.get(f"/styleguide/?{query}")).status_code == 200
