"""Asking the police for data, and their answer."""

import uuid
from datetime import timedelta
from typing import Any

from datasharing import actions
from datasharing.choices import Level, Purpose
from smartcommunity.kernel import clock
from tests.conftest import World

MONTH = timedelta(days=30)


def ask(world: World, *elements: str, user: str = "housing", **more: object) -> uuid.UUID:
    return actions.request_grant(
        **{
            "viewer": world.viewer(user),
            "owner": world.departments["police"],
            "elements": elements or ("doc_no", "name_cn"),
            "level": Level.FULL,
            "may_write": False,
            "area": world.areas["community"],
            "purpose": Purpose.HOUSING_MANAGEMENT,
            "legal_basis": "住房租赁条例",
            "valid_from": clock.today(),
            "valid_to": clock.today() + 2 * MONTH,
            "reason": "test",
            **more,
        }  # type: ignore[arg-type]
    )


def approve(world: World, grant_id: uuid.UUID, user: str = "police_chief", **less: Any) -> None:
    actions.approve_grant(
        **{
            "viewer": world.viewer(user),
            "grant_id": grant_id,
            "elements": ("doc_no",),
            "level": Level.MASKED,
            "may_write": False,
            "area": world.estate,
            "valid_to": clock.today(),
            **less,
        }  # type: ignore[arg-type]
    )
