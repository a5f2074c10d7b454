"""Development and the demonstration: `script/server` runs with these."""

from smartcommunity.settings.base import *  # noqa: F403
from smartcommunity.settings.base import INSTALLED_APPS, LOGGING
from smartcommunity.settings.env import env

INSTALLED_APPS = [*INSTALLED_APPS, "smartcommunity.demo"]
DEBUG = env.bool("DEBUG", default=False)
DEMO_MODE = env.bool("DEMO_MODE", default=True)
LOGGING["handlers"]["stderr"]["formatter"] = "console"
