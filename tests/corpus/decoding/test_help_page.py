"""The help page shows the table that the tests run, and nothing else."""

from __future__ import annotations

from tests.support.decoding_page import BEGIN, PAGE, page_with_table


def test_the_page_holds_the_rows_as_they_are() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert BEGIN in page
    assert page == page_with_table(page), "run `python -m tests.support.decoding_page`"
