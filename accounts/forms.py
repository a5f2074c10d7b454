from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _
from django_otp import devices_for_user, match_token


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
