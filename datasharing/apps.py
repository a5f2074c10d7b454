from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DatasharingConfig(AppConfig):
    name = "datasharing"
    verbose_name = _("Data sharing")

    def ready(self) -> None:
        from accounts.choices import Role
        from accounts.events import OfficesChanged
        from accounts.navigation import Entry, add
        from accounts.selectors.changes import changes_to_decide
        from accounts.viewer import Viewer
        from datasharing.access_log import record_office_step
        from datasharing.policies import may_design, may_open_access_log
        from datasharing.selectors import grants_to_decide
        from smartcommunity.kernel import bus

        bus.subscribe(OfficesChanged, record_office_step)

        def reads(viewer: Viewer) -> bool:
            return viewer.is_staff_member and not viewer.is_administrator

        def to_decide(viewer: Viewer) -> int:
            return grants_to_decide(viewer=viewer)

        def audits(viewer: Viewer) -> bool:
            return bool(may_open_access_log(viewer))

        def designs(viewer: Viewer) -> bool:
            return bool(may_design(viewer))

        def decides(viewer: Viewer) -> bool:
            return viewer.role == Role.SECURITY_ADMIN

        def follows(viewer: Viewer) -> bool:
            return viewer.role in {Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN}

        add(
            Entry(_("Data sharing"), "datasharing:grants", "share", 80, reads, badge=to_decide),
            Entry(
                _("Permission changes"),
                "datasharing:permission_changes",
                "pending",
                93,
                follows,
                badge=lambda viewer: changes_to_decide(viewer=viewer),
            ),
            Entry(_("Appointments"), "datasharing:memberships", "person", 94, decides),
            Entry(_("Temporary area access"), "datasharing:shares", "clock", 95, decides),
            Entry(_("Departments"), "datasharing:permission_departments", "building", 96, decides),
            Entry(_("Rights matrix"), "datasharing:matrix", "chart", 97, decides),
            Entry(_("Forms"), "datasharing:forms", "edit", 78, designs),
            Entry(_("Access log"), "datasharing:access_log", "eye", 85, audits),
        )
