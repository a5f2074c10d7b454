from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "smartcommunity.kernel"
    label = "kernel"
