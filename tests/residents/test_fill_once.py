"""What a form did not have to ask again is counted, in numbers only, and shown with care."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.conf import LazySettings
from django.test import Client

from residents import actions, selectors
from residents.models import FormFill
from smartcommunity.kernel.errors import NotAllowed
from tests.conftest import World
from tests.residents.conftest import Registry, citizen

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]


def filled(world: World, user: str) -> selectors.FillOnce:
    return selectors.fill_once(viewer=world.viewer(user))


def test_a_newcomer_is_asked_everything_and_the_next_department_is_spared(
    registry: Registry,
) -> None:
    resident = registry.register()
    first = FormFill.objects.get()
    assert (first.own, first.others) == (0, 0)
    assert first.fields > 0
    saved = actions.save_form(
        viewer=registry.world.viewer("civil_affairs"),
        template=registry.form("civil_affairs", "civil_affairs.resident"),
        subject_id=resident,
        values={"dibao": "false"},
    )
    second = FormFill.objects.get(department__kind="civil_affairs")
    assert second.own == 0
    assert second.others >= 5, "name, sex, birth date, document ... stood there already"
    assert (saved.fields, saved.there) == (second.fields, second.others)
    actions.save_form(
        viewer=registry.world.viewer("civil_affairs"),
        template=registry.form("civil_affairs", "civil_affairs.resident"),
        subject_id=resident,
        values={"dibao": "false"},
    )
    third = FormFill.objects.filter(department__kind="civil_affairs").order_by("-own").first()
    assert third is not None
    assert third.own == 1, "its own answer of before"


def test_the_numbers_name_nobody() -> None:
    names = {field.name for field in FormFill._meta.get_fields()}
    assert names == {"id", "department", "template", "month", "fields", "own", "others"}


def test_a_field_that_is_not_asked_is_not_counted(registry: Registry) -> None:
    registry.register(pop_category="1")  # asked: where the household register is
    registry.register(pop_category="5", doc_no=citizen(date(1990, 1, 1)))  # asked: the visa
    here, foreign = FormFill.objects.order_by("pk").values_list("fields", flat=True)
    asked = len(registry.form("police", "police.resident").fields.all())
    assert here != foreign
    assert max(here, foreign) < asked, "no form shows all its fields at once"


def test_the_collector_is_told(registry: Registry, client_for: ClientFor) -> None:
    resident = registry.register()
    client = client_for("civil_affairs")
    url = f"/registry/forms/civil_affairs.resident/{resident}/"
    version = re.search(r'name="version" value="(\d+)"', client.get(url).content.decode())
    assert version
    page = client.post(url, {"dibao": "false", "version": version[1]}, follow=True).content.decode()
    fill = FormFill.objects.get(department__kind="civil_affairs")
    assert f"{fill.fields} 项中已有 {fill.others} 项" in page


def test_few_forms_are_not_told(
    registry: Registry, client_for: ClientFor, settings: LazySettings
) -> None:
    settings.STATISTICS_THRESHOLD = 3
    for number in range(2):
        registry.register(doc_no=citizen(date(1990, 1, 1), sequence=2 * number + 1))
    (line,) = filled(registry.world, "police").lines
    assert line.few
    assert (line.forms, line.asked, line.there) == (0, 0, 0)
    assert filled(registry.world, "police").chart["labels"] == []
    assert filled(registry.world, "police").total.few
    page = client_for("police").get("/registry/fill-once/").content.decode()
    assert "少于 3" in page
    registry.register(doc_no=citizen(date(1991, 1, 1)))
    (line,) = filled(registry.world, "police").lines
    assert (line.few, line.forms) == (False, 3)
    assert len(filled(registry.world, "police").chart["labels"]) == 1


def test_a_total_does_not_give_away_what_is_left_out(
    registry: Registry, settings: LazySettings
) -> None:
    settings.STATISTICS_THRESHOLD = 2
    for number in range(2):
        registry.register(doc_no=citizen(date(1990, 1, 1), sequence=2 * number + 1))
    FormFill.objects.create(
        department=registry.world.departments["police"],
        template=registry.form("police", "police.floating"),
        month=FormFill.objects.latest("month").month, fields=90, own=40, others=50,
    )  # fmt: skip
    found = filled(registry.world, "police")
    assert {line.few for line in found.lines} == {True, False}
    assert found.total.forms == 2
    assert found.total.there == 0


def test_each_department_sees_its_own_forms(registry: Registry, settings: LazySettings) -> None:
    settings.STATISTICS_THRESHOLD = 1
    registry.register()
    assert len(filled(registry.world, "police").lines) == 1
    housing = filled(registry.world, "housing")
    assert housing.lines == ()
    assert [line.title for line in housing.departments] == [
        registry.world.departments["police"].name
    ]
    with pytest.raises(NotAllowed):
        filled(registry.world, "auditor")


def test_old_months_fall_out(registry: Registry, settings: LazySettings) -> None:
    settings.STATISTICS_THRESHOLD = 1
    registry.register()
    FormFill.objects.update(month=date(2020, 1, 1))
    assert filled(registry.world, "police").lines == ()
