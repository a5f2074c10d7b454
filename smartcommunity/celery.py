"""The Celery application.

Redis is only the wake-up: every task is idempotent and a sweep (beat) finds work whose
wake-up was lost, so a lost or repeated delivery changes nothing.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartcommunity.settings.development")

app = Celery("smartcommunity")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
