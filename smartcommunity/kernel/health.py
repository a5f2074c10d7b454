"""`/healthz` (am I alive) and `/readyz` (can I serve): no personal data, no secrets."""

import redis
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse

from smartcommunity.kernel import wake


def alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """200 when PostgreSQL answers. Redis only wakes us, so its absence is `degraded`, not down."""
    parts = {"database": _database(), "redis": _redis()}
    status = "ok" if all(parts.values()) else "degraded" if parts["database"] else "down"
    return JsonResponse(
        {"status": status, "parts": parts}, status=200 if parts["database"] else 503
    )


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _redis() -> bool:
    try:
        return bool(wake.client().ping())
    except redis.RedisError:
        return False
