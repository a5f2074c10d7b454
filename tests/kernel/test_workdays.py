"""Working days: weekends, published holidays, make-up days, a district's own file."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from smartcommunity.kernel import workdays

NEXT_YEAR = """
[2031]
holidays = [2031-03-05]
working = [2031-03-08]
"""


def test_weekends_and_published_holidays_do_not_count() -> None:
    friday = date(2026, 11, 27)
    assert workdays.after(friday, 1) == date(2026, 11, 30)
    assert workdays.after(friday, 10) == date(2026, 12, 11)
    before_the_national_day = date(2026, 9, 30)
    assert workdays.after(before_the_national_day, 1) == date(2026, 10, 8)
    assert workdays.is_workday(date(2026, 10, 10)), "a Saturday made up for"


def test_a_year_nobody_knows_is_monday_to_friday() -> None:
    assert workdays.is_workday(date(2031, 3, 5))
    assert not workdays.is_workday(date(2031, 3, 8))


def test_a_file_says_more_than_the_library(tmp_path: Path, settings: Any) -> None:
    file = tmp_path / "days.toml"
    file.write_text(NEXT_YEAR, "utf-8")
    settings.WORKDAYS_FILE = str(file)
    assert not workdays.is_workday(date(2031, 3, 5))
    assert workdays.is_workday(date(2031, 3, 8))
    assert workdays.after(date(2031, 3, 4), 3) == date(2031, 3, 8)


@pytest.mark.parametrize("text", ["[2031]\nholydays = [2031-03-05]", '[2031]\nworking = ["x"]'])
def test_a_wrong_file_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "days.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ValueError, match="holidays"):
        workdays.read(str(file))


def test_how_many_lie_between() -> None:
    friday, monday = date(2026, 11, 27), date(2026, 11, 30)
    assert workdays.between(friday, monday) == 1
    assert workdays.between(monday, friday) == 0
    for days in (1, 5, 23):
        assert workdays.between(friday, workdays.after(friday, days)) == days
