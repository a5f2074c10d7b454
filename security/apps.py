from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from smartcommunity.kernel import bus


class SecurityConfig(AppConfig):
    name = "security"
    verbose_name = _("Gates and alerts")

    def ready(self) -> None:
        from accounts import navigation
        from devices.events import EventRecorded
        from residents.events import ConsentWithdrawn, MergeUndone, ResidentsMerged
        from security import checks  # noqa: F401  registers itself
        from security.actions.faces import on_consent_withdrawn
        from security.navigation import ENTRIES
        from security.subscriptions import on_event, on_merge_undone, on_residents_merged

        bus.subscribe(EventRecorded, on_event)
        bus.subscribe(ConsentWithdrawn, on_consent_withdrawn)
        bus.subscribe(ResidentsMerged, on_residents_merged)
        bus.subscribe(MergeUndone, on_merge_undone)
        navigation.add(*ENTRIES)
