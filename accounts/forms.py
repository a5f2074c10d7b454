from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_otp import devices_for_user, match_token

from accounts.choices import AreaKind, DepartmentKind
from accounts.selectors import may_sign_in

TALL = forms.Textarea(attrs={"rows": 3, "maxlength": 300})


class SignInForm(AuthenticationForm):
    """User name and password; a one-time code too once the user has a second factor."""

    otp_token = forms.CharField(
        label=_("One-time code"),
        required=False,
        help_text=_("Only if you have set up a second factor."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        user = self.get_user()
        if user and not may_sign_in(user):
            raise forms.ValidationError(
                _("This initial password has expired. Ask your system administrator for a new one.")
            )
        if user and any(devices_for_user(user)):
            device = match_token(user, self.cleaned_data.get("otp_token") or "")
            if device is None:
                self.add_error("otp_token", _("The code is wrong or has expired. Enter a new one."))
            else:
                user.otp_device = device  # type: ignore[attr-defined]
        return cleaned


class SecondFactorForm(forms.Form):
    """The first code of the app that has just read the key."""

    token = forms.CharField(
        label=_("One-time code"),
        help_text=_("The six digits that the app shows now."),
        max_length=6,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class ChangePasswordForm(forms.Form):
    """A password of one's own; checked by the action."""

    new_password1 = forms.CharField(
        label=_("New password"),
        help_text=_("At least 10 characters, not only digits, nothing well known."),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    new_password2 = forms.CharField(
        label=_("New password again"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("new_password1") != cleaned.get("new_password2"):
            self.add_error("new_password2", _("The two do not agree. Type both again."))
        return cleaned


class AreaForm(forms.Form):
    """A new area below another."""

    name = forms.CharField(label=pgettext_lazy("place", "Name"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), choices=AreaKind)
    code = forms.CharField(
        label=_("Code"), max_length=20, help_text=_("The division code, or one of your own.")
    )


class NameForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("place", "Name"), max_length=80)


class MoveForm(forms.Form):
    """A new place in the tree for an area."""

    parent = forms.TypedChoiceField(label=_("Area above"), coerce=int)
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=TALL)

    def __init__(self, *args: Any, areas: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = areas  # type: ignore[attr-defined]


class DepartmentForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("place", "Name"), max_length=80)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=DepartmentKind,
        help_text=_("The kind decides which data elements are the department's own."),
    )
    area = forms.TypedChoiceField(label=_("Responsible for"), coerce=int)

    def __init__(self, *args: Any, areas: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = areas  # type: ignore[attr-defined]


class UserForm(forms.Form):
    """A new account for an office."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("Letters, digits and @ . + - _ only. It cannot be changed later."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    display_name = forms.CharField(label=_("Name"), max_length=50)


class UserFilter(forms.Form):
    text = forms.CharField(label=_("User name or name"), required=False, max_length=50)
    state = forms.ChoiceField(
        label=_("Account"),
        required=False,
        choices=[("", _("All")), ("active", _("In use")), ("ended", _("Ended"))],
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=TALL)
