"""The API's documentation page works under the content policy."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from tests.conftest import World

ClientFor = Callable[[str], Client]


@pytest.mark.django_db
def test_the_documentation_page_has_no_script_of_its_own(
    bare_world: World, client_for: ClientFor
) -> None:
    client = client_for("police")
    page = client.get("/api/v1/docs/").content.decode()
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL)
    assert scripts
    assert all("src=" in attributes and not text.strip() for attributes, text in scripts)
    (own,) = re.findall(r'src="(/api/v1/docs/[^"]*)"', page)
    answer = client.get(own.replace("&amp;", "&"))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/javascript")
