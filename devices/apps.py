from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DevicesConfig(AppConfig):
    name = "devices"
    verbose_name = _("Devices")

    def ready(self) -> None:
        from accounts import navigation
        from devices import policies

        navigation.add(
            navigation.Entry(_("Devices"), "devices:list", "device", 40, policies.sees_devices),
            navigation.Entry(
                _("Device intake"),
                "devices:intake",
                "refresh",
                45,
                lambda viewer: policies.may_open_intake(viewer).allowed,
            ),
        )
