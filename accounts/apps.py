from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from accounts.navigation import Entry, add
        from accounts.policies import may_administer_system
        from accounts.viewer import Viewer

        def administers(viewer: Viewer) -> bool:
            return bool(may_administer_system(viewer))

        add(
            Entry(_("Users"), "accounts:users", "person", 90, administers),
            Entry(_("Departments"), "accounts:departments", "building", 91, administers),
            Entry(_("Areas"), "accounts:areas", "map", 92, administers),
        )
