"""Share by grant: asked for, given masked until a day, seen, revoked, gone, and logged."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect

if TYPE_CHECKING:  # the walk calls us
    from tests.e2e.walkthrough import Walk

CERTIFICATE = "D4201110026"
MASKED = "D*********6"
LABEL = "低保证号"


def share_by_grant(walk: Walk) -> None:
    """Civil affairs records a certificate; housing asks for it and gets it masked for a month."""
    record_certificate(walk)
    housing = walk.person("housing")
    page = housing.open(walk.resident)
    expect(page.locator("main")).not_to_contain_text(LABEL)
    grant = ask(walk, page)
    approve_masked(walk, grant)

    housing.open(walk.resident)
    expect(page.locator("main")).to_contain_text(MASKED)
    assert CERTIFICATE not in page.content()
    walk.album.shoot(page, "housing-sees-it-masked")

    revoke(walk, grant)
    housing.open(walk.resident)
    expect(page.locator("main")).not_to_contain_text(LABEL)
    assert MASKED not in page.content()
    housing.leave()
    read_the_log(walk)


def record_certificate(walk: Walk) -> None:
    """On her own form, which opens filled with what the police collected."""
    officer = walk.person("civil_affairs")
    page = officer.open(walk.resident)
    page.locator("main a[href*='/registry/forms/civil_affairs.resident']").first.click()
    expect(page.locator("main")).to_contain_text(walk.family[0][0])
    page.locator("main [name=dibao]").select_option("true")
    page.locator("main [name=dibao_no]").fill(CERTIFICATE)
    page.locator("main [name=dibao_from]").fill("2026-01-01")
    with page.expect_navigation():
        page.locator("main form button.btn-primary").first.click()
    expect(page.locator("main")).to_contain_text(LABEL)
    officer.leave()


def ask(walk: Walk, page: Page) -> str:
    """From the catalogue; returns the address of the grant."""
    page.goto(f"{walk.url}/sharing/catalogue/dibao_no/")
    walk.album.shoot(page, "catalogue-element")
    page.locator("main a[href*='/sharing/request/civil_affairs/']").click()
    page.locator("main [name=level]").last.wait_for()
    choose(page, "level", "3")
    choose(page, "purpose", "housing_management")
    page.locator("main [name=legal_basis]").fill("公共租赁住房管理办法 第七条")
    page.locator("main [name=reason]").fill("核对公租房申请家庭的低保资格")
    walk.album.shoot(page, "ask-for-a-grant")
    with page.expect_navigation():
        page.locator("main form button.btn-primary").first.click()
    found = re.search(r"/sharing/grants/[0-9a-f-]{36}/", page.url + page.content())
    assert found, page.url
    return found[0]


def choose(page: Page, name: str, value: str) -> None:
    """A value of a select or of radio buttons."""
    control = page.locator(f"main [name={name}]").first
    if control.evaluate("e => e.tagName") == "SELECT":
        control.select_option(value)
    else:
        page.locator(f"main [name={name}][value='{value}']").check(force=True)


def approve_masked(walk: Walk, grant: str) -> None:
    officer = walk.person("civil_affairs")
    page = officer.open(grant)
    choose(page, "level", "2")
    until = date.today() + timedelta(days=30)  # noqa: DTZ011  as the officer's calendar
    page.locator("main [name=valid_to]").fill(until.isoformat())
    walk.album.shoot(page, "approve-in-part")
    with page.expect_navigation():
        page.locator("main form[action$='/approve/'] button.btn-primary").click()
    expect(page.locator("main")).to_contain_text(until.isoformat())
    walk.album.shoot(page, "grant-in-force")
    officer.leave()


def revoke(walk: Walk, grant: str) -> None:
    officer = walk.person("civil_affairs")
    page = officer.open(grant)
    page.locator("main [name=revoke-reason]").fill("资格核对已经完成")
    with page.expect_navigation():
        page.locator("main form[action$='/revoke/'] button").click()
    expect(page.locator("main")).to_contain_text("资格核对已经完成")
    officer.leave()


def read_the_log(walk: Walk) -> None:
    """The auditor finds each reading of this person: collector, civil affairs, housing."""
    auditor = walk.person("auditor")
    resident = walk.resident.rstrip("/").rpartition("/")[2]
    reads: list[str] = []
    for user in ("collector", "civil_affairs", "housing"):
        page = auditor.open(f"/sharing/access-log/?username={user}&kind=read")
        rows = page.locator("main tbody tr", has_text=resident)
        reads += [user] * rows.count()
    walk.album.shoot(page, "the-auditor-sees-every-read")
    assert reads.count("collector") >= 1, reads
    assert reads.count("civil_affairs") >= 2, reads  # her page and her form
    assert reads.count("housing") >= 3, reads  # before, while and after the grant
    auditor.leave()
