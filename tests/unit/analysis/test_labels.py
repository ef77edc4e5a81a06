from __future__ import annotations

from pathlib import Path

import pytest

from app.analysis.labels import Labels, read_labels
from app.domain.errors import StudyUnreadableError
from app.support.i18n import explain


def read(tmp_path: Path, words: str | bytes, positive: str = "") -> Labels:
    images = tmp_path / "images"
    images.mkdir(exist_ok=True)
    for name in ("a.png", "b.png", "c.png"):
        (images / name).touch()
    file = tmp_path / "labels.csv"
    file.write_bytes(words if isinstance(words, bytes) else words.encode())
    return read_labels(file, images, positive)


def test_ones_and_zeros_are_read_with_their_patients(tmp_path: Path) -> None:
    labels = read(tmp_path, "file,label,patient_id\na.png,1,p1\nb.png,0,p1\n")
    assert [(c.name, c.is_positive, c.group) for c in labels.cases] == [
        ("a.png", True, "p1"),
        ("b.png", False, "p1"),
    ]
    assert labels.has_patients
    assert labels.problems == ()


def test_names_are_read_against_the_positive_one(tmp_path: Path) -> None:
    labels = read(tmp_path, "\ufefflabel;file\nпневмония;a.png\nнорма;b.png\n", "пневмония")
    assert [(c.name, c.is_positive, c.group) for c in labels.cases] == [
        ("a.png", True, "a.png"),
        ("b.png", False, "b.png"),
    ]
    assert not labels.has_patients


def test_each_bad_row_is_one_sentence_with_its_line(tmp_path: Path) -> None:
    rows = (
        "file,label",
        "a.png,1",
        "gone.png,1",
        "b.png,maybe",
        "b.png,",
        ",1",
        "../labels.csv,1",
        "a.png,0",
    )
    labels = read(tmp_path, "\n".join(rows))
    assert [case.name for case in labels.cases] == ["a.png"]
    assert len(labels.problems) == 6
    for line, sentence in enumerate(labels.problems, start=3):
        assert f"{line}" in sentence
        assert "?" not in sentence


@pytest.mark.parametrize(
    ("words", "positive", "key"),
    [
        ("", "", "no_column"),
        ("name,label\na.png,1\n", "", "no_column"),
        ("file\na.png\n", "", "no_column"),
        ("file,label\na.png,sick\nb.png,well\n", "", "say_positive"),
        ("file,label\na.png,sick\n", "ill", "unknown_positive"),
        (b"\xff\xfe\x00file", "", "no_csv"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_plain_sentence(
    tmp_path: Path, words: str | bytes, positive: str, key: str
) -> None:
    with pytest.raises(StudyUnreadableError) as caught:
        read(tmp_path, words, positive)
    assert caught.value.key == f"error.labels.{key}"
    assert "labels.csv" in explain(caught.value)


def test_a_missing_table_or_folder_is_one_plain_sentence(tmp_path: Path) -> None:
    with pytest.raises(StudyUnreadableError, match=r"error\.labels\.cannot_open"):
        read_labels(tmp_path / "labels.csv", tmp_path)
    (tmp_path / "labels.csv").write_text("file,label\na.png,1\n", encoding="utf-8")
    with pytest.raises(StudyUnreadableError, match=r"error\.labels\.no_images_folder"):
        read_labels(tmp_path / "labels.csv", tmp_path / "nowhere")
