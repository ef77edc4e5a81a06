"""Whatever a reader types, an export neither fails nor lets it do harm."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.domain.finding import Verdict
from app.workflows.export import export_reading, exporters
from tests.support.export import Case, build_case

words = st.text(max_size=90) | st.sampled_from(
    ["a\\b", "=1", "\x00", "\ud800", "-", " ", "^^", "x" * 300, "Очаг\r\n"]
)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(tmp_path_factory.mktemp("case"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.tuples(words, words, words), identified=st.booleans(), uid=st.sampled_from(["2.25.5", "no uid"])
)
@example(said=("a\\b", "", ""), identified=True, uid="2.25.5")
@example(said=("\ud800", "", ""), identified=True, uid="2.25.5")
def test_any_words_leave_in_every_format(
    case: Case, tmp_path: Path, said: tuple[str, str, str], identified: bool, uid: str
) -> None:
    label, reader, site = said
    first = case.reading.judgements[0]
    finding = replace(first.finding, finding_id=uid, site=site)
    judged = case.judged(replace(first, finding=finding, verdict=Verdict.EDITED, label=label, reader=reader))
    report = export_reading(
        judged.reading,
        case.study,
        sorted(exporters()),
        tmp_path / "out",
        identified=identified,
        paths=case.paths,
    )
    table = next(file for file in report.files if file.suffix == ".csv").read_bytes().decode("utf-8")
    (row,) = [row for row in csv.DictReader(io.StringIO(table, newline="")) if row["record"] == "finding"]
    assert not row["label"].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert not row["reader"].startswith(("=", "+", "-", "@", "\t", "\r"))
