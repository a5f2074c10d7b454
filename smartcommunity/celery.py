"""The Celery application.

Redis is only the wake-up: every task is idempotent and a sweep (beat) finds work whose
wake-up was lost, so a lost or repeated delivery changes nothing.
"""

import os

# One search or encoding a core: more threads in each worker process only get in the way
# (measured: a gallery search of 5,000 people takes 12 ms with two threads, 0.1 ms with one).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartcommunity.settings.development")

app = Celery("smartcommunity")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
