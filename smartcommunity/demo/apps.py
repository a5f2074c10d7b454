from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "smartcommunity.demo"
    label = "demo"
