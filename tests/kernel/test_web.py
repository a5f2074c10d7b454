"""What the edges share."""

from django import forms

from smartcommunity.kernel.errors import Invalid
from smartcommunity.kernel.web import refusals_beside


class NameForm(forms.Form):
    name = forms.CharField()


def test_a_refusal_never_passes_unseen() -> None:
    """A view goes on when the form has no errors: also a refusal that names no field is one."""
    for refusal, place in (
        (Invalid(fields={"name": "taken"}), "name"),
        (Invalid(fields={"elsewhere": "taken"}), "__all__"),
        (Invalid("taken"), "__all__"),
    ):
        form = NameForm({"name": "x"})
        assert form.is_valid()
        with refusals_beside(form):
            raise refusal
        assert form.errors == {place: ["taken"]}
