from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DatasharingConfig(AppConfig):
    name = "datasharing"
    verbose_name = _("Data sharing")

    def ready(self) -> None:
        from accounts.navigation import Entry, add
        from accounts.viewer import Viewer
        from datasharing.policies import may_design, may_open_access_log

        def reads(viewer: Viewer) -> bool:
            return viewer.is_staff_member and not viewer.is_administrator

        def audits(viewer: Viewer) -> bool:
            return bool(may_open_access_log(viewer))

        def designs(viewer: Viewer) -> bool:
            return bool(may_design(viewer))

        add(
            Entry(_("Forms"), "datasharing:forms", "edit", 78, designs),
            Entry(_("Data sharing"), "datasharing:grants", "share", 80, reads),
            Entry(_("Access log"), "datasharing:access_log", "eye", 85, audits),
        )
