"""Composition: settings, URLs, ASGI, Celery. Owns no business rule."""

from smartcommunity.celery import app as celery_app

__all__ = ["celery_app"]
