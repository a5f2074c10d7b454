"""The policies themselves, table by table: whose rows are open, whose are not, by whatever SQL."""

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, models, transaction

from accounts.scope import scope_of
from accounts.viewer import NOBODY, SYSTEM
from smartcommunity.fence.arms import InArea, OfDevice
from smartcommunity.fence.rules import FENCED
from smartcommunity.kernel import scope
from tests.conftest import World, as_owner
from tests.fence.rows import own_row, saved, unsaved

pytestmark = pytest.mark.django_db


def by_area(label: str) -> bool:
    """Whether an area decides in the end; else it is one user's own."""
    model = apps.get_model(label)
    return any(
        isinstance(arm, InArea | OfDevice)
        or any(
            one._meta.label in FENCED and by_area(one._meta.label) for one in arm.leans_on(model)
        )
        for arm in FENCED[label]
    )


def about_people(label: str) -> bool:
    """Devices, their messages and the reviews of emergencies are administrators' work."""
    return label.partition(".")[0] in {"residents", "security", "services"}


MOVES = {"area", "organisation", "resident", "dwelling", "request", "seal"}
every_table = pytest.mark.parametrize("label", sorted(FENCED))
tables_by_area = pytest.mark.parametrize("label", sorted(filter(by_area, FENCED)))
ROW_SECURITY = "row-level security"


def seen(row: models.Model) -> bool:
    """Whether plain SQL finds the row."""
    meta = row._meta
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT count(*) FROM "{meta.db_table}" WHERE "{meta.pk.column}" = %s::{_type(row)}',
            [str(row.pk)],
        )
        (count,) = cursor.fetchone()
    return bool(count)


def may_move(label: str) -> bool:
    return any(field.name in MOVES for field in apps.get_model(label)._meta.concrete_fields)


def _type(row: models.Model) -> str:
    pk = row._meta.pk
    kind = pk.related_model._meta.pk if isinstance(pk.related_model, type) else pk
    return "uuid" if isinstance(kind, models.UUIDField) else "bigint"


@every_table
def test_nobody_sees_and_writes_nothing(bare_world: World, label: str) -> None:
    row, new = (make(label, bare_world.estate) for make in (saved, unsaved))
    assert seen(row)
    with scope.entered(scope_of(NOBODY)):
        assert not seen(row)
        assert not apps.get_model(label)._default_manager.all()._raw_delete("default")
        with pytest.raises(ProgrammingError, match=ROW_SECURITY), transaction.atomic():
            new.save(force_insert=True)
    assert seen(row)


@tables_by_area
def test_staff_reach_the_rows_of_their_areas_alone(bare_world: World, label: str) -> None:
    here, there = (saved(label, area) for area in (bare_world.estate, bare_world.other_estate))
    new = unsaved(label, bare_world.other_estate)
    with scope.entered(scope_of(bare_world.viewer("property_manager"))):
        assert seen(here)
        assert not seen(there)
        with pytest.raises(ProgrammingError, match=ROW_SECURITY), transaction.atomic():
            new.save(force_insert=True)
    with scope.entered(scope_of(bare_world.viewer("police"))):  # both estates lie in his community
        assert seen(here)
        assert seen(there)
        new.save(force_insert=True)


@pytest.mark.parametrize("label", sorted(filter(may_move, filter(by_area, FENCED))))
def test_no_row_is_taken_to_another_area(bare_world: World, label: str) -> None:
    """An update that would carry a row out of the scope is refused, as an insert there is."""
    row = saved(label, bare_world.estate)
    there = bare_world.other_estate
    moved = {
        field.attname: there.pk
        if field.name == "area"
        else saved(field.related_model._meta.label, there).pk  # type: ignore[union-attr]
        for field in row._meta.concrete_fields
        if field.name in MOVES and getattr(row, field.attname)
    }
    assert moved
    with scope.entered(scope_of(bare_world.viewer("property_manager"))):
        rows = type(row)._default_manager.filter(pk=row.pk)
        with pytest.raises(ProgrammingError, match=ROW_SECURITY), transaction.atomic():
            rows.update(**moved)


@pytest.mark.parametrize(
    "label",
    sorted(
        label
        for label in FENCED
        if label.partition(".")[0] in {"residents", "security", "services"}
    ),
)
@pytest.mark.parametrize("administrator", ["security_admin", "auditor", "system_admin"])
def test_administrators_see_no_personal_data(
    bare_world: World, label: str, administrator: str
) -> None:
    row = saved(label, bare_world.estate)
    with scope.entered(scope_of(bare_world.viewer(administrator))):
        assert not seen(row)


def test_imports_and_exports_are_each_officers_own(bare_world: World) -> None:
    user = bare_world.users["police"]
    job = saved("residents.Import", bare_world.estate, user=user)
    rows = [
        job,
        saved("residents.ImportChunk", bare_world.estate, job=job),
        saved("residents.Export", bare_world.estate, user=user, reason="why"),
    ]
    for name in ("police", "police_chief", "auditor"):
        with scope.entered(scope_of(bare_world.viewer(name))):
            assert [seen(row) for row in rows] == [name == "police"] * 3, name


@pytest.mark.parametrize(
    "label",
    [
        "residents.Consent",
        "residents.Residence",
        "security.FaceEnrolment",
        "security.Passage",
        "security.Pass",
        "services.ServiceRequest",
    ],
)
def test_a_resident_sees_what_is_his_own(bare_world: World, label: str) -> None:
    me = bare_world.users["resident"]
    mine, resident = own_row(label, bare_world.estate, me)
    others = saved(label, bare_world.estate)
    with scope.entered(scope_of(bare_world.viewer("resident"))):
        assert seen(mine)
        assert seen(resident)
        assert not seen(others)
    with scope.entered(scope_of(bare_world.viewer("neighbour"))):
        assert not seen(mine)
        assert not seen(resident)


def test_the_platform_sees_everything_and_says_why(bare_world: World) -> None:
    rows = [saved(label, bare_world.estate) for label in FENCED]
    with scope.entered(scope_of(SYSTEM)):
        assert all(map(seen, rows))
    with pytest.raises(ValueError, match="say why"):
        scope.platform("")


def test_messages_of_unknown_senders_are_the_intake_keepers(bare_world: World) -> None:
    stranger = saved("devices.RawMessage", bare_world.estate, source="nobody-knows-me")
    for name, expected in {"system_admin": True, "property": False, "auditor": False}.items():
        with scope.entered(scope_of(bare_world.viewer(name))):
            assert seen(stranger) is expected, name


def test_an_empty_path_would_be_everywhere_and_is_refused() -> None:
    for path in ("", "0001,", "%", "0001 "):
        with pytest.raises(ValueError, match="path"):
            scope.Scope(areas=(path,))


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE residents_resident DISABLE ROW LEVEL SECURITY",
        "DROP POLICY fence ON residents_resident",
        "CREATE POLICY mine ON residents_resident USING (true)",
        "ALTER TABLE datasharing_accessrecord DISABLE TRIGGER ALL",
        "TRUNCATE residents_resident CASCADE",
        "CREATE TABLE copies (id integer)",
        "CREATE TEMPORARY TABLE copies (id integer)",
        "SET ROLE sc_owner",
        "SET SESSION AUTHORIZATION sc_owner",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'b', now())",
    ],
)
def test_the_applications_role_moves_no_fence(bare_world: World, statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_switching_row_security_off_gives_an_error_and_no_rows(bare_world: World) -> None:
    off = "SET LOCAL row_security = off; SELECT count(*) FROM residents_resident"
    with (
        pytest.raises(ProgrammingError, match=ROW_SECURITY),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(off)


@pytest.mark.django_db(transaction=True)
def test_the_owner_too_is_bound(bare_world: World) -> None:
    row = saved("residents.Resident", bare_world.estate)
    with as_owner():
        assert seen(row)
        with scope.entered(scope.NOBODY):
            assert not seen(row)
