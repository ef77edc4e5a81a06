from __future__ import annotations

import hashlib

import numpy as np

from app.analysis.provenance import pixel_sha256
from app.analysis.run_package import Given, RunNotes, could_not_read, reason_of, run_package
from app.domain.errors import PixelsUnreadableError
from app.domain.finding import AnalysisResult, RunState
from app.domain.volume import Remark, RemarkKind, Volume
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
