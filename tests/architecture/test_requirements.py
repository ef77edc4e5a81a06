"""The help page names for each requirement the tests that show it, as the tests stand now."""

from __future__ import annotations

import re

from tests.support.requirements_page import PAGE, REQUIREMENTS, page_with_table

NOT_CLAIMED = {65, 68}


def test_the_page_is_that_of_the_tests() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == page_with_table(page), "run `python -m tests.support.requirements_page`"


def test_every_requirement_that_is_claimed_has_a_test() -> None:
    page = page_with_table(PAGE.read_text(encoding="utf-8"))
    without = {int(number) for number in re.findall(r"\| RQ-(\d\d) \|.*no test names it yet", page)}
    assert without <= NOT_CLAIMED, sorted(without - NOT_CLAIMED)
    assert set(REQUIREMENTS) == set(range(1, 69))
