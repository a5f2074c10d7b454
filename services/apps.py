from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = _("Services")

    def ready(self) -> None:
        from accounts import navigation
        from accounts.choices import DepartmentKind
        from accounts.navigation import Entry
        from accounts.viewer import Viewer
        from residents.events import ResidentsMerged
        from security.events import AlertRaised
        from services.actions import repair_leak, requests_of_merged
        from smartcommunity.kernel import bus

        def works_on_requests(viewer: Viewer) -> bool:
            return viewer.department_kind == DepartmentKind.PROPERTY

        def publishes(viewer: Viewer) -> bool:
            return viewer.department_kind in {DepartmentKind.PROPERTY, DepartmentKind.GRID}

        def lives_here(viewer: Viewer) -> bool:
            return viewer.is_signed_in and not viewer.is_staff_member

        bus.subscribe(AlertRaised, repair_leak)
        bus.subscribe(ResidentsMerged, requests_of_merged)
        navigation.add(
            Entry(_("Requests"), "services:queue", "repair", 40, works_on_requests),
            Entry(_("Notices"), "services:notices", "notice", 45, publishes),
            Entry(_("Home"), "mobile:home", "home", 10, lives_here, "mobile"),
            Entry(_("Services"), "mobile:services", "services", 20, lives_here, "mobile"),
            Entry(_("Messages"), "mobile:messages", "message", 30, lives_here, "mobile"),
            Entry(_("Me"), "mobile:me", "me", 40, lives_here, "mobile"),
        )
