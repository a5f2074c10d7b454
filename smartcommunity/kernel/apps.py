from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "smartcommunity.kernel"
    label = "kernel"

    def ready(self) -> None:
        from smartcommunity.kernel import checks, lookups  # noqa: F401  checks register themselves

        lookups.register()
