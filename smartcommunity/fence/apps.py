from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class FenceConfig(AppConfig):
    name = "smartcommunity.fence"
    label = "fence"

    def ready(self) -> None:
        from smartcommunity.fence import checks  # noqa: F401  registers itself
        from smartcommunity.fence.build import on_migrated

        # The signal is sent once an app with models, after the last migration of all apps.
        post_migrate.connect(on_migrated, sender=apps.get_app_config("kernel"))
