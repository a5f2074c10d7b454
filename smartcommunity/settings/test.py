"""Tests: the same parts as production, quick password hashing, keys made for the run."""

import os

os.environ.setdefault("SECRET_KEY", "test-only")
os.environ.setdefault("FIELD_KEYS", "t1:dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdCE=")
os.environ.setdefault("BLIND_INDEX_KEY", "dGVzdC1ibGluZC1pbmRleC1rZXktdGVzdC1ibGluZCE=")

from smartcommunity.settings.base import *  # noqa: F403
from smartcommunity.settings.base import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "smartcommunity.demo"]
DEMO_MODE = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
