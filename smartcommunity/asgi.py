"""ASGI entry: `uvicorn smartcommunity.asgi:application`."""

import os

from django.conf import settings
from django.core.asgi import get_asgi_application

from smartcommunity.kernel.body_limit import BodyLimit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartcommunity.settings.development")

application = BodyLimit(get_asgi_application(), settings.REQUEST_MAX_BYTES)
