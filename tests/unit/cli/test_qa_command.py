"""`overread qa`: the contract of its JSON, its page, its forms, its registry, and who may ask (RQ-48..54)."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from app.domain.study import Patient, Study
from app.quality.origins import origin_of
from app.support.paths import user_paths
from tests.support.cli_phantom import in_process
from tests.support.qa_month import MODELS, Month, make_month

MODEL, VERSION = MODELS[0]
RUN = ("--model", MODEL, "--version", VERSION)


@pytest.fixture(scope="module")
def month() -> Month:
    return make_month(studies=200)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, month: Month) -> Path:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))
    month.journal(user_paths().journal_file).close()
    _role("qa")
    return tmp_path / "home"


def _role(role: str) -> None:
    settings = user_paths().settings
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "settings.toml").write_text(f'role = "{role}"\n', encoding="utf-8")


@pytest.mark.parametrize("role", ["reader", "trainee", "tutor", "who knows"])
def test_figures_are_for_the_role_qa(role: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _role(role)
    for words in (
        ["figures", "--json"],
        ["page", "--out", tmp_path / "x.html"],
        ["registry", "--out", tmp_path / "x.csv"],
    ):
        told = in_process(capsys, "qa", *words)
        assert (told.code, told.out) == (1, "")
        assert "role" in told.sentence()
    assert not list(tmp_path.glob("x.*"))


def test_figures_are_one_json_document(capsys: pytest.CaptureFixture[str]) -> None:
    told = in_process(capsys, "qa", "figures", "--json")
    found = json.loads(told.out)
    assert told.code == 0
    assert set(found) >= {"notice", "whole", "groups", "overrides", "agreement", "drift", "forms"}
    assert set(found["groups"]) == {"model", "version", "site", "scanner", "reader", "finding"}
    assert found["groups"]["version"][f"{MODEL} {VERSION}"]["acceptance"]["method"] == "Wilson"


def test_figures_in_words_say_what_was_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    told = in_process(capsys, "qa", "figures")
    assert told.code == 0
    assert "nobody has judged are left out" in told.out
    assert "not for primary diagnosis" in told.out


def test_a_sample_is_drawn_checked_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """RQ-51 from the draw to the limit."""
    asked = ("sample", "--month", "2026-09", *RUN, "--size", "20", "--seed", "7", "--json")
    drawn = json.loads(in_process(capsys, "qa", *asked).out)
    assert drawn["studies"] == json.loads(in_process(capsys, "qa", *asked).out)["studies"]
    for number, uid in enumerate(drawn["studies"]):
        letters = ("--letters", "de") if number < 3 else ()
        assert in_process(capsys, "qa", "defect", "--study", uid, *RUN, *letters).code == 0
    found = json.loads(in_process(capsys, "qa", "figures", "--json").out)["forms"]["defects"]
    assert len(found) == 1
    assert (found[0]["share"]["successes"], found[0]["share"]["n"], found[0]["over_limit"]) == (3, 20, True)
    assert "over the limit" in in_process(capsys, "qa", "figures").out


def test_forms_of_clinical_score_and_peer_review_are_kept(
    month: Month, capsys: pytest.CaptureFixture[str]
) -> None:
    uid = month.runs[0].study
    scored = ("clinical", "--study", uid, *RUN, "--interpretation", "full", "--localisation", "part")
    assert in_process(capsys, "qa", *scored, "--error", "place").code == 0
    assert in_process(capsys, "qa", "peer", "--study", uid, "--reader", "anna", "--score", "3a").code == 0
    forms = json.loads(in_process(capsys, "qa", "figures", "--json").out)["forms"]
    assert forms["clinical"][0]["errors"] == {"place": 1}
    assert [one["score"] for one in forms["peer"]["arbitration"]] == ["3a"]


@pytest.mark.parametrize(
    "words",
    [
        ("defect", "--study", "1.2.3", *RUN),
        ("sample", "--month", "2020-01", *RUN),
        ("sample", "--month", "2026-09", *RUN, "--size", "5"),
        ("clinical", "--study", "1.2.3", *RUN, "--interpretation", "nearly", "--localisation", "full"),
        ("peer", "--study", "1.2.3", "--reader", "anna", "--score", "4"),
        ("figures", "--until", "yesterday"),
    ],
)
def test_what_cannot_be_is_one_plain_sentence(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    told = in_process(capsys, "qa", *words)
    assert told.code == 1
    assert told.sentence()


def test_rq54_the_registry_holds_every_class_of_data_and_no_identity(
    month: Month, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "registry.csv"
    assert in_process(capsys, "qa", "registry", "--out", file).code == 0
    raw = file.read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(raw)))
    assert len(rows) == len(month.runs)
    assert set(rows[0]) >= {
        "modality", "scanner_maker", "scanner_software", "protocol", "model", "model_version", "ai_state",
        "ai_score", "final_decision", "concordance", "age_band", "sex", "site",
    }  # fmt: skip
    for row, run in zip(rows, month.runs, strict=True):
        assert row["ai_state"] == run.state
        assert row["final_decision"] == {True: "present", False: "absent", None: ""}[run.reader_says]
        judged = run.state != "failed" and run.reader_says is not None
        agree = (run.state == "positive") == run.reader_says
        wanted = ("concordant" if agree else "discordant") if judged else "not judged"
        assert row["concordance"] == wanted
    for word in ("anna", "boris", "clara", month.runs[0].study, "2026-09-"):
        assert word not in raw


def test_rq54_origins_are_bands_and_a_protocol_that_names_the_patient_is_left_out() -> None:
    patient = Patient("77881", "", "Иванова^Анна", "19580612", "F")
    study = Study("1.2", patient, "20260611", "", "", "", ())
    told = origin_of(study, {"maker": "Aiko", "model": "One", "protocol": "Chest ИВАНОВА", "site": ""})
    assert (told.age_band, told.sex, told.scanner) == ("60-69", "F", "Aiko One")
    assert (told.protocol, told.site) == ("unknown", "unknown")
    old = Study("1.2", patient, "20260611", "", "", "", (), patient_age="093Y")
    assert origin_of(old, {}).age_band == "90+"


def test_the_page_is_whole(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert in_process(capsys, "qa", "page", "--out", tmp_path / "qa.html").code == 0
    page = (tmp_path / "qa.html").read_text(encoding="utf-8")
    assert page.rstrip().endswith("</html>")
    assert "<svg" in page
