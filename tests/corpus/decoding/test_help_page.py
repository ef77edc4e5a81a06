"""What the help page promises is what the tests hold."""

from __future__ import annotations

from tests.support.decoding_expected import read_rows
from tests.support.decoding_page import PAGE, table, written


def test_the_page_holds_the_table_of_the_data() -> None:
    """After a change of the data: python -m tests.support.decoding_page."""
    assert written(PAGE.read_text(encoding="utf-8")) == table(read_rows())


def test_a_row_more_in_the_data_would_be_missed_in_the_page() -> None:
    rows = read_rows()
    assert table(rows[:-1]) != table(rows)
