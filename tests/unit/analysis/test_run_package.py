from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from app.analysis.applicability import Misfit
from app.analysis.provenance import pixel_sha256
from app.analysis.run_package import (
    Given,
    RunNotes,
    could_not_read,
    not_applicable,
    reason_of,
    run_package,
)
from app.domain.errors import PixelsUnreadableError
from app.domain.finding import AnalysisResult, RunState
from app.domain.volume import Remark, RemarkKind, Volume
from app.support.i18n import use_language
from inference.types import ModelOutput, OutputState
from tests.support.analysis import FACTS, ct_volume, heat_on, labels_on, output_of, series_of, spot


def given(volume: Volume | None = None) -> Given:
    picture = volume or ct_volume()
    return Given(series_of(picture), None, picture)


def result_of(output: ModelOutput, volume: Volume | None = None) -> AnalysisResult:
    return run_package(lambda _: output, FACTS, given(volume), RunNotes(("CPUExecutionProvider",)))[0]


def test_all_five_states_stay_apart() -> None:
    """RQ-06."""
    ended = {
        state: result_of(output_of(*found, state=state)).state
        for state, found in (
            (OutputState.POSITIVE, (spot(),)),
            (OutputState.NEGATIVE, ()),
            (OutputState.NOT_APPLICABLE, ()),
            (OutputState.FAILED, ()),
        )
    }
    assert [state.value for state in ended] == [state.value for state in ended.values()]
    assert result_of(output_of()).state is RunState.INCONSISTENT


def test_a_result_says_who_found_what_on_which_pixels_when() -> None:
    """RQ-04."""
    result = result_of(output_of(spot()))
    assert result.package == FACTS.package
    assert result.provider == "CPUExecutionProvider"
    assert result.pixel_sha256 == hashlib.sha256(ct_volume().pixels.tobytes()).hexdigest()
    assert [stage for stage, _ in result.stamps] == [
        "pre_end",
        "main_start",
        "main_end",
        "post_start",
        "post_end",
    ]
    assert all(at.endswith("+00:00") for _, at in result.stamps)
    assert result.study_instance_uid == "1.2"
    assert result.series_instance_uids == ("1.3",)
    assert result.not_for == ("primary diagnosis",)


def test_the_pixel_hash_does_not_depend_on_byte_order_or_layout() -> None:
    plain = ct_volume()
    swapped = ct_volume(plain.pixels.astype(">i2"))
    strided = ct_volume(np.asfortranarray(plain.pixels))
    assert pixel_sha256(plain) == pixel_sha256(swapped) == pixel_sha256(strided)


def test_heat_outside_the_lungs_is_measured_and_warned_of() -> None:
    """RQ-45."""
    volume = ct_volume()
    heat = np.zeros(volume.pixels.shape)
    heat[3, 20, 20] = 0.8
    heat[3, 20, 60] = 0.2
    lungs = np.zeros(volume.pixels.shape)
    lungs[:, 15:25, 55:65] = 1
    output = output_of(
        spot(), maps=(heat_on(volume, heat),), label_maps=(labels_on(volume, lungs, {1: "left lung"}),)
    )
    result = result_of(output, volume)
    assert [(q.key, round(q.value, 3), q.unit.value) for q in result.measures] == [
        ("heat_outside_lungs", 80.0, "%")
    ]
    assert "80 per cent of the heat" in result.warnings[0]
    assert result.defects == ("e",)


def test_what_is_wrong_with_the_picture_stands_in_the_warnings() -> None:
    volume = ct_volume(remarks=(Remark(RemarkKind.NO_SPACING), Remark(RemarkKind.REFORMATTED)))
    assert len(result_of(output_of(spot()), volume).warnings) == 1


def test_colour_does_not_apply() -> None:
    result = result_of(output_of(spot()), ct_volume(np.zeros((2, 60, 80, 3), np.uint8)))
    assert result.state is RunState.NOT_APPLICABLE
    assert "colour" in reason_of(result)


def test_pictures_that_cannot_be_read_are_a_failed_result_in_words() -> None:
    error = PixelsUnreadableError("error.plain_image.no_image", file="film.png")
    result = could_not_read(FACTS, given(), RunNotes(), error)
    assert result.state is RunState.FAILED
    assert result.defects == ("a",)
    assert "film.png" in reason_of(result)


def test_the_same_run_gives_the_same_result_but_for_names_and_times() -> None:
    """RQ-30."""
    once, again = (result_of(output_of(spot(), spot(score=0.7))) for _ in range(2))
    assert once.result_id != again.result_id
    plain = [[(f.label, f.score, f.place, f.side) for f in result.findings] for result in (once, again)]
    assert plain[0] == plain[1]


def test_what_the_run_itself_calls_inconsistent_keeps_its_reason() -> None:
    output = output_of(
        spot(score=1.7),
        state=OutputState.INCONSISTENT,
        reason_key="model.inconsistent.score_range",
        reason_facts={"finding": "nodule", "score": "1.7"},
    )
    result = result_of(output)
    assert result.state is RunState.INCONSISTENT
    assert result.state_reason_key == "model.inconsistent.score_range"
    assert result.defects == ("e",)


def test_a_reader_of_russian_is_told_in_russian_why_a_model_said_nothing() -> None:
    """Why there is no answer is the one thing that must be understood: not half a sentence in another language."""
    unfit = Misfit(
        "model.not_applicable.attribute",
        (("allowed", "PA, AP"), ("found", "LL"), ("what", "view position")),
    )
    result = not_applicable(FACTS, Given(series_of(ct_volume())), RunNotes(), unfit)
    assert reason_of(result, "ru") == "Для: проекция PA, AP; у этой серии LL."
    assert reason_of(result, "en") == "Made for view position PA, AP; this series has LL."
    stated = (
        "The outlines are unsure: over 25% of one of them is neither yes nor no. Nothing is said about heart or "
        "lungs; look whether this is a frontal chest film, and how it was taken."
    )
    told = replace(
        result, state_reason_key="model.not_applicable.stated", state_reason_facts=(("reason", stated),)
    )
    assert reason_of(told, "ru").startswith("Контуры ненадёжны")
    use_language("ru")
    try:
        assert reason_of(told).startswith("Контуры ненадёжны")
    finally:
        use_language("en")


@pytest.mark.parametrize("value", [0, 255])
def test_a_picture_with_nothing_on_it_is_not_applicable_and_never_negative(value: int) -> None:
    """An opacity model called a black film negative: nothing was seen on it, for there was nothing to see."""
    empty = ct_volume(np.full((3, 8, 8), value, np.int16))
    ran = []
    result, _ = run_package(
        lambda asked: ran.append(asked) or output_of(state=OutputState.NEGATIVE),  # type: ignore[func-returns-value]
        FACTS,
        given(empty),
        RunNotes(),
    )
    assert result.state is RunState.NOT_APPLICABLE
    assert "one value" in reason_of(result, "en")
    assert not ran


def test_one_pixel_is_something() -> None:
    pixels = np.zeros((3, 8, 8), np.int16)
    pixels[2, 7, 7] = 1
    assert result_of(output_of(state=OutputState.NEGATIVE), ct_volume(pixels)).state is RunState.NEGATIVE


def test_what_is_found_on_a_film_of_one_breast_lies_in_that_breast() -> None:
    volume = ct_volume()
    said = output_of(spot(side=""), state=OutputState.POSITIVE)
    named = Given(series_of(volume), None, volume, side="left")
    result, _ = run_package(lambda _: said, FACTS, named, RunNotes())
    assert [one.side for one in result.findings] == ["left"]


@pytest.mark.parametrize(
    ("slices", "is_cut"), [((1, 2, 3, 4), False), ((0, 1, 2, 3), True), ((2, 3, 4, 5), True)]
)
def test_lungs_that_reach_the_end_of_the_scan_are_said_to_be_cut_off(
    slices: tuple[int, ...], is_cut: bool
) -> None:
    """A share of dense lung of the upper thirty slices read like one of both lungs."""
    volume = ct_volume(np.random.default_rng(1).integers(-1000, 400, (6, 60, 80)).astype(np.int16))
    values = np.zeros(volume.pixels.shape, np.uint8)
    values[list(slices), 20:40, 10:30] = 1
    output = output_of(state=OutputState.NEGATIVE, label_maps=(labels_on(volume, values, {1: "Right lung"}),))
    assert any("first or the last slice" in one for one in result_of(output, volume).warnings) == is_cut


def test_an_organ_that_is_no_lung_may_reach_the_end_of_the_scan() -> None:
    volume = ct_volume()
    values = np.ones(volume.pixels.shape, np.uint8)
    output = output_of(state=OutputState.NEGATIVE, label_maps=(labels_on(volume, values, {1: "Aorta"}),))
    assert not any("last slice" in one for one in result_of(output, volume).warnings)
