"""Rules against facts, choices of series, and the screens that follow."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from app.hanging.arrange import arrangement, useful_stages
from app.hanging.facts import Case, Fact, SetFacts, StudyFacts
from app.hanging.match import holds, match, ranked, score
from app.hanging.protocol import Place, Protocol, Rule, Selection, Stage
from app.state.model import Layout, Plane


def series(number: int, study: str = "1", **values: Fact) -> SetFacts:
    told: dict[str, Fact] = {"modality": "CT", "images": 10.0, "localizer": False, **values}
    return SetFacts(study, f"{study}.{number}#0", told)


def case(*sets: SetFacts, priors: tuple[StudyFacts, ...] = (), **values: Fact) -> Case:
    told: dict[str, Fact] = {"modality": ("CT",), "priors": float(len(priors)), **values}
    return Case(StudyFacts("1", told, sets), priors)


def protocol(**changes: Any) -> Protocol:
    told: dict[str, Any] = {
        "id": "one",
        "title": "One",
        "study": (Rule(attribute="modality", any_of=("CT",), required=True),),
        "sets": {"a": Selection(rules=(Rule(attribute="modality", equals="CT", required=True),))},
        "stages": (Stage(title="s", layout=Layout.ONE, places=(Place(show="a"),)),),
    }
    return Protocol(**(told | changes))


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        ({"equals": "ct"}, {"modality": "CT"}, True),
        ({"equals": "CT"}, {"modality": ("CT",)}, True),
        ({"equals": "CT"}, {"modality": ("CT", "CR")}, False),
        ({"any_of": ["CT"]}, {"modality": ("CR", "CT")}, True),
        ({"any_of": ["C"]}, {"modality": ("CR", "CT")}, False),
        ({"contains": ["lung"]}, {"modality": "Chest LUNG 1.0"}, True),
        ({"without": ["bone"]}, {"modality": "Bone 1.0"}, False),
        ({"without": ["bone"]}, {"modality": "Lung"}, True),
        ({"without": ["bone"]}, {}, False),
        ({"at_least": 2}, {"modality": 2.0}, True),
        ({"at_least": 2, "at_most": 3}, {"modality": 3.5}, False),
        ({"at_least": 0}, {"modality": True}, False),
        ({"equals": True}, {"modality": 1.0}, False),
        ({"known": False}, {}, True),
        ({"known": True}, {"modality": ""}, False),
        ({"equals": "CT"}, {}, False),
    ],
)
def test_a_rule_holds_as_it_says(rule: dict[str, Any], values: dict[str, Fact], expected: bool) -> None:
    assert holds(Rule(attribute="modality", **rule), values) is expected


def test_a_required_rule_that_fails_takes_all_points() -> None:
    rules = [
        Rule(attribute="modality", equals="CT", weight=5),
        Rule(attribute="plane", equals="axial", required=True),
    ]
    assert score(rules, {"modality": "CT", "plane": "axial"}) == 6
    assert score(rules, {"modality": "CT", "plane": "coronal"}) is None


@pytest.mark.parametrize("tests", [{}, {"equals": "a", "contains": ["b"]}])
def test_a_rule_has_exactly_one_test(tests: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="exactly one test"):
        Rule(attribute="modality", **tests)


def test_unknown_attributes_and_selections_are_refused() -> None:
    with pytest.raises(ValidationError, match="is no attribute"):
        protocol(study=(Rule(attribute="weather", equals="fine"),))
    with pytest.raises(ValidationError, match="no selection is named"):
        protocol(stages=(Stage(title="s", layout=Layout.ONE, places=(Place(show="b"),)),))


def test_the_series_with_most_points_is_taken_then_a_free_one_then_the_largest() -> None:
    wanted = Selection(rules=(Rule(attribute="plane", equals="axial", weight=3),))
    found = match(
        protocol(sets={"a": wanted, "b": wanted}),
        case(
            series(1, plane="axial", images=20.0),
            series(2, plane="axial", images=300.0),
            series(3, plane="coronal", images=900.0),
        ),
    )
    assert found is not None
    assert [one.display_set_id for one in found.chosen.values() if one] == ["1.2#0", "1.1#0"]


def test_two_selections_may_share_the_only_series_if_they_say_so() -> None:
    any_ct = Rule(attribute="modality", equals="CT", required=True)
    alone = case(series(1))
    refused = protocol(sets={"a": Selection(rules=(any_ct,)), "b": Selection(rules=(any_ct,))})
    assert match(refused, alone) is None
    shared = protocol(sets={"a": Selection(rules=(any_ct,)), "b": Selection(rules=(any_ct,), shared=True)})
    found = match(shared, alone)
    assert found is not None
    assert found.chosen["a"] is found.chosen["b"]


def test_a_prior_is_the_latest_one_that_has_a_fitting_series() -> None:
    latest = StudyFacts("2", {}, (series(1, "2", modality="CR"),))
    older = StudyFacts("3", {}, (series(1, "3"),))
    wanted = Selection(of="prior", rules=(Rule(attribute="modality", equals="CT", required=True),))
    found = match(protocol(sets={"a": wanted}), case(series(1), priors=(latest, older)))
    assert found is not None
    assert found.chosen["a"] == older.sets[0]
    assert match(protocol(sets={"a": wanted}), case(series(1))) is None


def test_the_better_match_goes_first_and_rank_breaks_ties() -> None:
    plain = protocol(id="plain")
    loud = protocol(id="loud", rank=3)
    exact = protocol(id="exact", study=(*plain.study, Rule(attribute="words", contains=("lung",), weight=2)))
    found = ranked([plain, loud, exact], case(series(1), words="lung"))
    assert [one.protocol.id for one in found] == ["exact", "loud", "plain"]
    own = protocol(id="own", rank=50)
    found = ranked([plain, exact, own], case(series(1), words="lung"))
    assert [one.protocol.id for one in found] == ["own", "exact", "plain"]


def test_a_screen_has_its_places_windows_groups_and_the_first_picture_active() -> None:
    stage = Stage(
        title="s",
        layout=Layout.FOUR,
        places=(
            Place(),
            Place(show="a", window="Lung", sync="x"),
            Place(show="a", plane=Plane.CORONAL, window=(40, 400)),
        ),
    )
    found = match(protocol(stages=(stage,)), case(series(1)))
    assert found is not None
    screen = arrangement(found, 0)
    assert screen.active_id == "v2"
    assert [v.hung is None for v in screen.viewports] == [True, False, False, True]
    assert [(v.hung.window, v.hung.plane, v.sync) for v in screen.viewports if v.hung] == [
        ("Lung", Plane.STACK, "x"),
        ("40,400", Plane.CORONAL, ""),
    ]
    assert (screen.protocol_id, screen.stage) == ("one", 0)


def test_stages_of_missing_priors_are_stepped_over() -> None:
    sets = {
        "a": Selection(rules=(Rule(attribute="modality", equals="CT"),)),
        "before": Selection(of="prior", optional=True),
    }
    stages = tuple(
        Stage(title=show, layout=Layout.ONE, places=(Place(show=show),)) for show in ("a", "before", "a")
    )
    found = match(protocol(sets=sets, stages=stages), case(series(1)))
    assert found is not None
    assert useful_stages(found) == (0, 2)
