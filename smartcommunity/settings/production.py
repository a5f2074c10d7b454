"""Production: refuses to start half-configured."""

from django.core.exceptions import ImproperlyConfigured

from smartcommunity.settings.base import *  # noqa: F403
from smartcommunity.settings.base import BLIND_INDEX_KEY, DEMO_MODE, FIELD_KEYS, SECRET_KEY

KEY_BYTES = 32

if DEMO_MODE:
    raise ImproperlyConfigured("DEMO_MODE cannot be used with the production settings")
for name, value in {
    "SECRET_KEY": SECRET_KEY,
    "FIELD_KEYS": FIELD_KEYS,
    "BLIND_INDEX_KEY": BLIND_INDEX_KEY,
}.items():
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: see docs/operations.md")

if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is shorter than 50 characters: see docs/operations.md")
for name, key in {**FIELD_KEYS, "BLIND_INDEX_KEY": BLIND_INDEX_KEY}.items():
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(
            f"{name} is not a key of {KEY_BYTES} bytes: see docs/operations.md"
        )

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
