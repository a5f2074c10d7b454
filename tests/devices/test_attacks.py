"""Who may not operate devices, whatever department his membership names."""

from dataclasses import replace

import pytest

from accounts.choices import ADMINISTRATORS, Role
from devices.actions import request_command
from devices.choices import CommandKind
from devices.models import Command
from smartcommunity.kernel.errors import NotAllowed
from tests.devices.conftest import Estate


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_an_administrator_in_a_property_company_opens_no_gate(estate: Estate, role: Role) -> None:
    viewer = replace(estate.world.viewer("property"), role=Role(role))
    with pytest.raises(NotAllowed):
        request_command(
            device=estate.devices["gate-1"], kind=CommandKind.OPEN, reason="test", viewer=viewer
        )
    assert not Command.objects.exists()


def test_staff_of_another_estate_open_no_gate_here(estate: Estate) -> None:
    with pytest.raises(NotAllowed):
        request_command(
            device=estate.devices["gate-2"],
            kind=CommandKind.OPEN,
            reason="test",
            viewer=estate.world.viewer("property_manager"),
        )
