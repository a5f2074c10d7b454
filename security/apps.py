from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from smartcommunity.kernel import bus


class SecurityConfig(AppConfig):
    name = "security"
    verbose_name = _("Gates and alerts")

    def ready(self) -> None:
        from accounts import navigation
        from devices.events import EventRecorded
        from residents.events import ConsentWithdrawn
        from security import checks  # noqa: F401  registers itself
        from security.actions.faces import on_consent_withdrawn
        from security.navigation import ENTRIES
        from security.subscriptions import on_event

        bus.subscribe(EventRecorded, on_event)
        bus.subscribe(ConsentWithdrawn, on_consent_withdrawn)
        navigation.add(*ENTRIES)
