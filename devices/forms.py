"""Forms of devices: filters of the list, enrolment, a command's reason."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import selectors as accounts
from accounts.models import Area
from accounts.viewer import Viewer
from devices.choices import DeviceCategory, Fault
from devices.models import Device, DeviceProfile
from devices.selectors.devices import STATUS_TEXT

ALL = ("", _("All"))


class DeviceFilter(forms.Form):
    q = forms.CharField(label=_("Name, code or place"), required=False, max_length=80)
    estate = forms.TypedChoiceField(label=_("Estate"), required=False, coerce=int, empty_value=None)
    category = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[ALL, *DeviceCategory.choices]
    )
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[ALL, *STATUS_TEXT.items()]
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        estates = accounts.estates(viewer=viewer)
        self.fields["estate"].choices = [ALL, *((one.pk, one.name) for one in estates)]  # type: ignore[attr-defined]


class QuarantineFilter(forms.Form):
    fault = forms.ChoiceField(label=_("Reason"), required=False, choices=[ALL, *Fault.choices])


class EnrolForm(forms.Form):
    """What `actions.enrol_device` takes; that checks it."""

    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("20 digits, as on the device's label")
    )
    name = forms.CharField(label=_("Device name"), max_length=80)
    profile = forms.ModelChoiceField(label=_("Profile"), queryset=DeviceProfile.objects.none())
    area = forms.ModelChoiceField(label=_("Estate"), queryset=Area.objects.none())
    place = forms.CharField(label=_("Place"), max_length=120, required=False)
    gateway = forms.ModelChoiceField(
        label=_("Gateway"),
        queryset=Device.objects.none(),
        required=False,
        help_text=_("Only for a device that speaks through a gateway"),
    )
    address = forms.CharField(label=_("Name at the gateway"), max_length=120, required=False)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("profile", DeviceProfile.objects.order_by("name"))
        self._offer("area", Area.objects.visible_to(viewer).filter(kind="estate"))
        gateways = Device.objects.visible_to(viewer).filter(profile__category="gateway")
        self._offer("gateway", gateways.order_by("name"))

    def _offer(self, name: str, rows: Any) -> None:
        field: Any = self.fields[name]
        field.queryset = rows
        field.label_from_instance = lambda row: row.name


class OpenForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is it opened?"), max_length=120, help_text=_("The reason stays in the record.")
    )
