"""Each row of `expected.csv`: what is decoded equals another decoder's or the original, what is refused says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.support.i18n import catalogue
from tests.support.decoding import breadth_file, breadth_rows
from tests.support.decoding_cases import CASES
from tests.support.decoding_expected import Row, check_file, check_made, files_of, kinds, read_rows
from tests.support.shared import shared_dir

ROWS = read_rows()
MADE = tuple(row for row in ROWS if row.material.startswith("made "))
SHARED = tuple(row for row in ROWS if not row.material.startswith("made "))
RUN: set[Row] = set()


def named(row: Row) -> str:
    return f"{row.syntax.removeprefix('1.2.840.10008.') or 'none'}-{row.object}-{row.material}"


@pytest.mark.parametrize("row", MADE, ids=named)
def test_a_file_made_for_the_purpose(row: Row, tmp_path: Path) -> None:
    check_made(row, tmp_path)
    RUN.add(row)


@pytest.mark.shared
@pytest.mark.parametrize("row", SHARED, ids=named)
def test_files_of_the_breadth_set(row: Row) -> None:
    names = list(files_of(row))
    assert names, "a row that speaks of no file"
    for name in names:
        path = breadth_file(name)
        assert path is not None, name
        check_file(row, path)
    RUN.add(row)


@pytest.mark.shared
def test_every_file_of_the_breadth_set_that_is_here_has_one_row() -> None:
    spoken = [name for row in SHARED for name in files_of(row)]
    assert len(spoken) == len(set(spoken))
    assert set(spoken) == set(kinds())
    missing = [line["file"] for line in breadth_rows() if line["file"] not in kinds()]
    assert all(
        name.startswith("pydicom-data/") for name in missing
    )  # its package brings fewer than its repository
    assert len(missing) <= 17


def test_every_recipe_has_one_row() -> None:
    assert sorted(row.material.removeprefix("made ") for row in MADE) == sorted(CASES)


def test_every_refusal_has_a_sentence() -> None:
    assert not [row for row in ROWS if row.outcome == "refused" and row.against not in catalogue("en")]
    assert {row.outcome for row in ROWS} == {"decoded", "refused"}


def test_every_row_was_run(request: pytest.FixtureRequest) -> None:
    """Only where all of this file was asked for; the rows ran before this test."""
    asked = [item.name for item in request.session.items if item.path == Path(__file__)]
    if len(asked) < len(ROWS):
        pytest.skip("only some rows were asked for")
    assert not [named(row) for row in MADE if row not in RUN]
    shared_dir("data", "dicom_breadth")  # without it the other rows were skipped, and so is the question
    assert not [named(row) for row in ROWS if row not in RUN]
