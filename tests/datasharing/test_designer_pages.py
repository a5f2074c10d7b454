"""The designer's pages, with and without JavaScript, and what hostile hands send them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from datasharing import actions, selectors
from datasharing.catalogue.specs import FieldSpec, SectionSpec, TemplateSpec
from datasharing.models import DataElement, FormTemplate
from tests.conftest import World
from tests.datasharing.designing import posted

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]
KEY = "police.floating"
DRAFT = f"/sharing/forms/{KEY}/draft/"
XSS = "<script>alert(1)</script>"


@pytest.fixture
def draft(world: World) -> TemplateSpec:
    actions.start_draft(viewer=world.viewer("police"), key=KEY, version=1)
    return stored(world)


def stored(world: World) -> TemplateSpec:
    return selectors.draft_spec(viewer=world.viewer("police"), key=KEY)


def send(client: Client, data: QueryDict, **headers: str) -> object:
    return client.post(
        DRAFT, data.urlencode(), "application/x-www-form-urlencoded", headers=headers or None
    )


def keys(design: TemplateSpec) -> list[str]:
    return [field.element for field in design.fields]


def test_from_the_list_to_a_published_version(world: World, client_for: ClientFor) -> None:
    officer, chief = client_for("police"), client_for("police_chief")
    assert KEY in officer.get(reverse("datasharing:forms")).content.decode()
    assert officer.post(f"/sharing/forms/{KEY}/versions/1/draft/")["Location"] == DRAFT
    assert officer.get(DRAFT).status_code == 200
    send(officer, posted(stored(world), 0, do="add", add=["ethnicity", "education"], add_to="1"))
    assert {"ethnicity", "education"} <= set(keys(stored(world)))
    publish = f"{DRAFT}publish/"
    assert 'name="reason"' not in officer.get(publish).content.decode()
    assert officer.post(publish, {"revision": "1", "reason": "x"}).status_code == 403
    assert chief.post(publish, {"revision": "1", "reason": " "}).status_code == 422
    assert chief.post(publish, {"revision": "no", "reason": "x"}).status_code == 422
    assert chief.post(publish, {"revision": "1", "reason": "补充民族"}).status_code == 302
    page = officer.get(f"/sharing/forms/{KEY}/").content.decode()
    assert "补充民族" in page
    assert "police_chief" in page
    compare = officer.get(f"/sharing/forms/{KEY}/compare/1/2/").content.decode()
    assert DataElement.objects.get(key="ethnicity").label in compare
    for number in (1, 2):
        assert officer.get(f"/sharing/forms/{KEY}/versions/{number}/").status_code == 200
    assert officer.get(f"/sharing/forms/{KEY}/versions/9/").status_code == 404


def test_a_form_is_begun_on_its_page(world: World, client_for: ClientFor) -> None:
    client = client_for("housing")
    url = reverse("datasharing:new_form")
    assert client.get(url).status_code == 200
    for wrong in (
        {"title_zh": "x"},
        {"title_zh": "", "subject": "dwelling"},
        {"title_zh": "x", "subject": "god"},
    ):
        assert client.post(url, wrong).status_code == 422
    assert client.post(url, {"title_zh": "长" * 81, "subject": "dwelling"}).status_code == 422
    answer = client.post(url, {"title_zh": "空置房登记", "subject": "dwelling"})
    assert client.get(answer["Location"]).status_code == 200
    assert FormTemplate.objects.get(title_zh="空置房登记").department_kind == "housing"


def test_every_step_works_without_javascript(
    world: World, draft: TemplateSpec, client_for: ClientFor
) -> None:
    client = client_for("police")
    first, second = keys(draft)[:2]
    answer = send(client, posted(draft, 0, do=f"down:{first}"))
    assert answer["Location"] == f"{DRAFT}#field-{first}"  # type: ignore[index]
    assert keys(stored(world))[:2] == [second, first]
    send(client, posted(stored(world), 1, do="section-down:0"))
    assert stored(world).sections[1].title_zh == draft.sections[0].title_zh
    send(client, posted(stored(world), 2, do="add-section"))
    assert len(stored(world).sections) == len(draft.sections) + 1
    send(client, posted(stored(world), 3, do=f"remove:{first}"))
    assert first not in keys(stored(world))
    send(client, posted(stored(world), 4, do="section-remove:0"))
    assert len(stored(world).sections) == len(draft.sections)
    data = posted(stored(world), 5, do=f"refresh:{second}")
    assert send(client, data).status_code == 302  # type: ignore[attr-defined]


def test_dragging_is_the_order_of_the_rows(
    world: World, draft: TemplateSpec, client_for: ClientFor
) -> None:
    data = posted(draft, 0)
    rows = data.getlist("row")
    field = rows.pop(1)
    data.setlist("row", [*rows, field])
    send(client_for("police"), data)
    assert keys(stored(world))[-1] == keys(draft)[0]


def test_what_is_typed_is_kept_in_passing(
    world: World, draft: TemplateSpec, client_for: ClientFor
) -> None:
    data = posted(replace(draft, title_zh="改了"), 0)
    answer = send(client_for("police"), data, **{"HX-Request": "true", "HX-Target": "draft-state"})
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert 'name="revision" value="1"' in page
    assert "<form" not in page
    assert answer["HX-Trigger-After-Swap"] == "draft-saved"  # type: ignore[index]
    assert stored(world).title_zh == "改了"
    assert "改了" in client_for("police").get(DRAFT).content.decode()


def test_choosing_what_a_condition_depends_on_shows_its_values(
    world: World, draft: TemplateSpec, client_for: ClientFor
) -> None:
    client, last = client_for("police"), keys(draft)[-1]
    data = posted(draft, 0, **{f"{last}-if": "sex", "do": f"refresh:{last}"})
    answer = send(client, data, **{"HX-Request": "true", "HX-Target": "designer"})
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert f'name="{last}-in-sex"' in page
    changed = stored(world).fields[-1].show_if
    assert changed is not None
    assert (changed.element, changed.values) == ("sex", ())
    send(client, posted(stored(world), 1, **{f"{last}-in-sex": ["1"]}))
    kept = stored(world).fields[-1].show_if
    assert kept is not None
    assert kept.values == ("1",)


def test_the_preview_is_the_form_that_collectors_meet(
    world: World, draft: TemplateSpec, client_for: ClientFor
) -> None:
    page = client_for("police").get(f"{DRAFT}preview/").content.decode()
    for field in draft.fields:
        assert f'name="{field.element}"' in page


def test_what_is_not_shared_is_said_and_not_previewed(world: World, client_for: ClientFor) -> None:
    viewer = world.viewer("civil_affairs")
    actions.start_draft(viewer=viewer, key="civil_affairs.resident", version=1)
    held = selectors.draft_spec(viewer=viewer, key="civil_affairs.resident")
    more = FieldSpec("visa_no", False, "", "", None)
    more_asked = replace(held, sections=(*held.sections, SectionSpec("签证", "Visa", (more,))))
    actions.save_draft(viewer=viewer, key=held.key, revision=0, changed=more_asked)
    client = client_for("civil_affairs")
    url = reverse("datasharing:draft", args=[held.key])
    page = client.get(url).content.decode()
    row = page[page.index('id="field-visa_no"') :][:3000]
    assert "is-limited" in row
    assert 'name="visa_no"' not in client.get(f"{url}preview/").content.decode()


@pytest.mark.parametrize("user", ["collector", "property", "resident", "system_admin", "auditor"])
def test_others_find_the_door_shut(world: World, draft: TemplateSpec, user: str,
                                   client_for: ClientFor) -> None:  # fmt: skip
    client = client_for(user)
    for url in (DRAFT, f"{DRAFT}preview/", f"{DRAFT}publish/", f"/sharing/forms/{KEY}/"):
        assert client.get(url).status_code == 403
    for url in (f"{DRAFT}publish/", f"{DRAFT}discard/", f"/sharing/forms/{KEY}/retire/"):
        assert client.post(url, {"reason": "x", "revision": "0"}).status_code == 403
    assert send(client, posted(draft, 0)).status_code == 403  # type: ignore[attr-defined]
    assert stored(world) == draft


def test_another_department_gets_not_found(
    world: World, draft: TemplateSpec, client_for: ClientFor
) -> None:
    client = client_for("housing")
    for url in (DRAFT, f"{DRAFT}preview/", f"{DRAFT}publish/", f"/sharing/forms/{KEY}/",
                f"/sharing/forms/{KEY}/versions/1/",
                f"/sharing/forms/{KEY}/compare/1/0/"):  # fmt: skip
        assert client.get(url).status_code == 404, url
    assert send(client, posted(draft, 0)).status_code == 404  # type: ignore[attr-defined]
    assert client.post(f"{DRAFT}discard/").status_code == 404
    assert client.post(f"/sharing/forms/{KEY}/versions/1/draft/").status_code == 404
    assert stored(world) == draft


@pytest.mark.parametrize(
    "broken",
    [
        {"whole": ""},
        {"revision": "-1"},
        {"revision": "²"},
        {"revision": "9" * 40},
        {"row": ["field:sex"]},
        {"row": ["section:0", "table:users"]},
        {"row": ["section:0", "field:sex", "field:sex"]},
        {"row": ["section:0", "field:plate_no"]},
        {"row": ["section:0", *(f"field:x{n}" for n in range(500))]},
        {"row": ["section:0", "section:0"]},
        {"title_zh": ""},
        {"title_zh": "a\x00b"},
        {"title_zh": "长" * 5000},
        {"do": "drop-table"},
        {"do": "section-remove:99"},
        {"do": "section-up:x"},
        {"do": "add", "add": ["sex"], "add_to": "nowhere"},
        {"do": "add", "add": ["nobody_knows"], "add_to": "0"},
    ],
)
@pytest.mark.parametrize("fragment", [False, True])
def test_a_malformed_post_changes_nothing_and_says_why(
    world: World, draft: TemplateSpec, broken: dict[str, str | list[str]], fragment: bool,
    client_for: ClientFor,
) -> None:  # fmt: skip
    headers = {"HX-Request": "true"} if fragment else {}
    answer = send(client_for("police"), posted(draft, 0, **broken), **headers)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "is-wrong" in answer.content.decode()  # type: ignore[attr-defined]
    assert stored(world) == draft


def test_a_stale_page_is_refused_and_shown_the_present_draft(
    world: World, draft: TemplateSpec, client_for: ClientFor
) -> None:
    send(client_for("police_chief"), posted(replace(draft, title_zh="主管的"), 0))
    late = posted(replace(draft, title_zh="迟到的"), 0)
    answer = send(client_for("police"), late)
    assert answer.status_code == 409  # type: ignore[attr-defined]
    assert "主管的" in answer.content.decode()  # type: ignore[attr-defined]
    answer = send(client_for("police"), late, **{"HX-Request": "true"})
    assert answer.status_code == 422, "htmx shows it"  # type: ignore[attr-defined]
    assert stored(world).title_zh == "主管的"


def test_a_refused_change_keeps_what_was_typed(
    world: World, draft: TemplateSpec, client_for: ClientFor
) -> None:
    wrong = posted(replace(draft, title_en="Kept on the page", title_zh=""), 0)
    page = send(client_for("police"), wrong).content.decode()  # type: ignore[attr-defined]
    assert "Kept on the page" in page


def test_what_is_typed_never_becomes_markup(
    world: World, draft: TemplateSpec, client_for: ClientFor
) -> None:
    first = draft.fields[0].element
    changed = posted(draft, 0, **{"title_zh": XSS, "section-0-zh": XSS, f"{first}-help_zh": XSS,
                                  f"{first}-required": "on"})  # fmt: skip
    assert send(client_for("police"), changed).status_code == 302  # type: ignore[attr-defined]
    chief = client_for("police_chief")
    assert chief.post(f"{DRAFT}publish/", {"revision": "1", "reason": XSS}).status_code == 302
    for url in ("/sharing/forms/", f"/sharing/forms/{KEY}/", f"/sharing/forms/{KEY}/versions/2/",
                f"/sharing/forms/{KEY}/compare/1/2/"):  # fmt: skip
        page = chief.get(url).content.decode()
        assert "alert(1)" in page, url
        assert XSS not in page, url


def test_a_form_is_taken_out_of_use_with_a_reason(world: World, client_for: ClientFor) -> None:
    chief = client_for("police_chief")
    url = f"/sharing/forms/{KEY}/retire/"
    assert chief.post(url, {"reason": ""}).status_code == 422
    assert chief.post(url, {"reason": "合并到实有人口"}).status_code == 302
    assert "合并到实有人口" in chief.get(f"/sharing/forms/{KEY}/").content.decode()
    assert not selectors.templates_for(viewer=world.viewer("collector"), subject="resident")[1:]


def test_the_number_of_queries_does_not_grow_with_the_form(
    world: World, draft: TemplateSpec, client_for: ClientFor
) -> None:
    def counted(url: str) -> int:
        client = client_for("police")
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    urls = (DRAFT, f"{DRAFT}preview/", "/sharing/forms/", f"/sharing/forms/{KEY}/")
    before = [counted(url) for url in urls]
    further = DataElement.objects.filter(subject="resident", storage="record", derived_from="")
    further = further.exclude(key__in=keys(draft))
    asked = list(further.values_list("key", flat=True)[:40])
    send(client_for("police"), posted(draft, 0, do="add", add=asked, add_to="0"))
    assert len(keys(stored(world))) == len(keys(draft)) + 40
    assert [counted(url) for url in urls] == before
