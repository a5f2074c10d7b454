from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "smartcommunity.kernel"
    label = "kernel"

    def ready(self) -> None:
        from smartcommunity.kernel import lookups

        lookups.register()
