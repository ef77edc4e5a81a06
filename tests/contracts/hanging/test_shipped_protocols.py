"""Every shipped protocol is the first choice for a study of its kind, and hangs the right series of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from app.hanging.arrange import arrangement, useful_stages
from app.hanging.catalogue import read_catalogue
from app.hanging.facts import Case, Fact, SetFacts, StudyFacts
from app.hanging.match import ranked
from app.support.paths import resource_dir
from app.ui.presets import named_window

SHIPPED = read_catalogue([resource_dir() / "hanging_protocols"])


@dataclass(frozen=True)
class Kind:
    """A made-up study: its words, its series as (name, facts), and what the first useful screen shows, by name."""

    modality: str
    words: str
    series: tuple[tuple[str, dict[str, Fact]], ...]
    shown: tuple[str, ...]
    prior: tuple[tuple[str, dict[str, Fact]], ...] = field(default=())


def ct(**more: Fact) -> dict[str, Fact]:
    return {
        "modality": "CT",
        "localizer": False,
        "plane": "axial",
        "volumetric": True,
        "thickness_mm": 1.0,
        **more,
    }


def mr(words: str, plane: str = "axial") -> dict[str, Fact]:
    return {"modality": "MR", "localizer": False, "plane": plane, "description": words}


def film(view: str, modality: str = "DX") -> dict[str, Fact]:
    return {"modality": modality, "view": view, "plane": "projection"}


def breast(side: str, view: str, multiframe: bool = False) -> dict[str, Fact]:
    return {"modality": "MG", "laterality": side, "view": view, "multiframe": multiframe}


SCOUT = ("scout", ct(localizer=True, images=2.0))
FOUR = tuple(
    (f"{side}{view}", breast(side, view))
    for view, side in (("MLO", "L"), ("CC", "R"), ("CC", "L"), ("MLO", "R"))
)
FOUR_DBT = tuple((name, {**facts, "multiframe": True}) for name, facts in FOUR)
IN_ORDER = ("RCC", "LCC", "RMLO", "LMLO")
LUNG, SOFT = ("lung", ct(description="Lung 1.0", images=300.0)), ("soft", ct(description="Mediastinum 3.0"))
SAGITTAL = ("sagittal", ct(plane="sagittal", images=500.0))

KINDS = {
    "chest-ct": Kind("CT", "CT Chest", (SCOUT, SAGITTAL, SOFT, LUNG), ("lung",)),
    "chest-ct-prior": Kind(
        "CT", "КТ органов грудной клетки", (SCOUT, LUNG), ("lung", "before"), (("before", ct()),)
    ),
    "head-ct": Kind(
        "CT",
        "CT Head",
        (("bone", ct(description="Bone", images=400.0)), ("brain", ct(description="Brain"))),
        ("brain", "bone"),
    ),
    "abdomen-ct": Kind(
        "CT",
        "CT abdomen",
        (("art", ct(images=300.0)), ("ven", ct(description="portal venous"))),
        ("art", "ven"),
    ),
    "mr-brain": Kind(
        "MR",
        "MRI Brain",
        (("t1", mr("T1 MPRAGE")), ("t2", mr("T2 TSE")), ("flair", mr("T2 FLAIR")), ("dwi", mr("DWI b1000"))),
        ("flair", "t2", "t1", "dwi"),
    ),
    "mr-spine": Kind(
        "MR",
        "MRI lumbar spine",
        (("ax", mr("T2 ax")), ("t1", mr("T1 sag", "sagittal")), ("t2", mr("T2 sag", "sagittal"))),
        ("t2", "t1", "ax"),
    ),
    "chest-radiograph": Kind("DX", "Chest", (("lat", film("LAT")), ("pa", film("PA"))), ("pa", "lat")),
    "chest-radiograph-prior": Kind(
        "CR",
        "Chest",
        (("lat", film("LAT", "CR")), ("pa", film("PA", "CR"))),
        ("pa", "before"),
        (("before", film("AP")),),
    ),
    "fluorography": Kind(
        "DX", "Флюорография", (("pa", film("PA")),), ("pa", "before"), (("before", film("PA")),)
    ),
    "mammography": Kind("MG", "Screening", FOUR, IN_ORDER),
    "mammography-prior": Kind("MG", "Screening", FOUR, IN_ORDER, FOUR),
    "breast-tomosynthesis": Kind("MG", "Tomosynthesis", FOUR_DBT, IN_ORDER),
    "ultrasound": Kind(
        "US",
        "Abdomen",
        (("still", {"modality": "US"}), ("cine", {"modality": "US", "multiframe": True})),
        ("cine",),
    ),
    "angiography": Kind("XA", "Coronary", (("run", {"modality": "XA", "multiframe": True}),), ("run",)),
}


def study(uid: str, kind: Kind, series: tuple[tuple[str, dict[str, Fact]], ...], priors: int) -> StudyFacts:
    values: dict[str, Fact] = {
        "modality": (kind.modality,),
        "description": kind.words,
        "words": kind.words,
        "sets": float(len(series)),
        "priors": float(priors),
    }
    sets = tuple(SetFacts(uid, f"{uid}/{name}", facts) for name, facts in series)
    return StudyFacts(uid, values, sets)


def case_of(kind: Kind) -> Case:
    priors = (study("2", kind, kind.prior, 0),) if kind.prior else ()
    return Case(study("1", kind, kind.series, len(priors)), priors)


def test_all_shipped_files_are_usable_and_each_has_its_study_here() -> None:
    assert not SHIPPED.problems
    assert {one.id for one in SHIPPED.protocols} == set(KINDS)
    assert len(KINDS) >= 12


@pytest.mark.parametrize("protocol_id", sorted(KINDS))
def test_it_is_the_first_choice_and_hangs_the_right_series(protocol_id: str) -> None:
    kind = KINDS[protocol_id]
    found = ranked(SHIPPED.protocols, case_of(kind))
    assert found, "no protocol fits"
    assert found[0].protocol.id == protocol_id
    screen = arrangement(found[0], useful_stages(found[0])[0])
    shown = tuple(v.hung.display_set_id.split("/")[1] for v in screen.viewports if v.hung)
    assert shown == kind.shown


@pytest.mark.parametrize("protocol_id", sorted(KINDS))
def test_what_must_be_there_is_asked_for(protocol_id: str) -> None:
    """Without its first series no screen of it says that it shows one."""
    kind = KINDS[protocol_id]
    other = Kind("OT", "", kind.series, (), kind.prior)
    assert protocol_id not in {one.protocol.id for one in ranked(SHIPPED.protocols, case_of(other))}


def test_every_named_window_is_a_preset_of_its_modality() -> None:
    for protocol in SHIPPED.protocols:
        for place in (place for stage in protocol.stages for place in stage.places):
            if isinstance(place.window, str) and place.window:
                rules = protocol.sets[place.show].rules
                modality = next(str(rule.equals) for rule in rules if rule.attribute == "modality")
                assert named_window(modality, place.window), f"{protocol.id}: {place.window}"
