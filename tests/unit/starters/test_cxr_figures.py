"""The statistics on the card of the opacity starter: comparisons on the same films, with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support import starters

import cxr_figures  # isort: skip - on the path only after tests.support.starters
import cxr_films  # isort: skip

assert starters.SCRIPTS.is_dir()
COUNT = 60


@pytest.fixture(autouse=True)
def few_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cxr_figures, "REPLICATES", 100)


def made_films() -> cxr_films.Films:
    """Sixty films of thirty patients, every second one positive."""
    return cxr_films.Films(
        names=tuple(f"{place}.jpg" for place in range(COUNT)),
        grey=np.zeros((COUNT, 224, 224), dtype=np.uint8),
        labels=np.arange(COUNT) % 2,
        patients=np.arange(COUNT) // 2,
        views=np.array(["PA"] * COUNT),
    )


def test_the_same_scores_differ_by_nothing() -> None:
    films, scores = made_films(), np.random.default_rng(3).random(COUNT)
    found = cxr_figures.difference(films, (scores, scores * 3 + 1))
    assert found == {"difference": 0.0, "ci95": [0.0, 0.0]}


def test_a_perfect_score_beats_chance_and_the_interval_leaves_out_0() -> None:
    films = made_films()
    found = cxr_figures.difference(films, (films.labels.astype(np.float64), np.zeros(COUNT)))
    assert found == {"difference": 0.5, "ci95": [0.5, 0.5]}


def test_with_folds_a_shift_between_them_costs_nothing() -> None:
    """Scores that are perfect in each fold but stand on another level in the second."""
    films, folds = made_films(), np.arange(COUNT) // 30
    shifted = films.labels.astype(np.float64) + 10.0 * folds
    pooled = cxr_figures.difference(films, (shifted, films.labels.astype(np.float64)))
    by_fold = cxr_figures.difference(films, (shifted, films.labels.astype(np.float64)), folds)
    assert pooled["difference"] == -0.25
    assert by_fold == {"difference": 0.0, "ci95": [0.0, 0.0]}


def test_only_chosen_films_are_compared() -> None:
    films, chosen = made_films(), np.arange(COUNT) < 30
    scores = np.where(chosen, films.labels, 1 - films.labels).astype(np.float64)
    assert cxr_figures.difference(films, (scores, np.zeros(COUNT)), None, chosen)["difference"] == 0.5


def test_over_folds_is_a_paired_t_test() -> None:
    from scipy.stats import ttest_rel

    one, other = [0.85, 0.88, 0.91, 0.82, 0.90], [0.81, 0.86, 0.85, 0.83, 0.88]
    found = cxr_figures.over_folds(one, other)
    interval = ttest_rel(one, other).confidence_interval(0.95)
    assert found["difference"] == pytest.approx(np.mean(np.subtract(one, other)), abs=5e-4)
    assert found["ci95"] == pytest.approx([interval.low, interval.high], abs=5e-4)
    assert found["better_folds"] == 4


def test_a_thumbnail_of_the_inner_part_ignores_exposure_and_border() -> None:
    films = made_films()
    grey = np.random.default_rng(5).integers(0, 120, films.grey.shape[1:])
    films.grey[0], films.grey[1] = grey, grey * 2
    films.grey[2] = grey
    films.grey[2, :12] = 255
    seen = cxr_figures.inner_thumbnails(films)
    np.testing.assert_allclose(seen[1], seen[0], atol=1e-5)
    np.testing.assert_array_equal(seen[2], seen[0])
