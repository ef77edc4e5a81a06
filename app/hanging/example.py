"""A protocol from a screen that the reader has arranged: what the study and its series are is turned into rules."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.hanging.facts import FIRST_RANK, Case, Fact, SetFacts, StudyFacts
from app.hanging.match import match
from app.hanging.protocol import Place, Protocol, Rule, Selection, Stage
from app.state.model import Arrangement, Hung

_WORD = re.compile(r"[^\W\d_]{2,}")
_SAME_ALWAYS = ("modality", "localizer", "laterality", "view", "multiframe")


@dataclass(frozen=True, slots=True)
class Example:
    """A screen, and in which window each viewport of it stands ("centre,width" or a preset's name)."""

    arrangement: Arrangement
    windows: Mapping[str, str]


def protocol_from(title: str, example: Example, case: Case) -> Protocol:
    """One stage that hangs studies like this one in the same way. Raises ValueError if nothing known hangs."""
    sets: dict[str, Selection] = {}
    names: dict[tuple[str, str], str] = {}
    places = []
    for viewport in example.arrangement.viewports:
        hung = viewport.hung
        found = _find(hung, case) if hung else None
        if hung is None or found is None:
            places.append(Place())
            continue
        key = (hung.study_instance_uid, hung.display_set_id)
        if key not in names:
            names[key] = f"series-{len(names) + 1}"
            sets[names[key]] = _selection(*found, case)
        window = _window(example.windows.get(viewport.viewport_id, hung.window))
        places.append(Place(show=names[key], plane=hung.plane, window=window, sync=viewport.sync))
    if not sets:
        raise ValueError("nothing hangs")
    has_prior = any(one.of == "prior" for one in sets.values())
    stage = Stage(title=title, layout=example.arrangement.layout, places=tuple(places))
    protocol = Protocol(
        id=identifier(title),
        title=title,
        rank=FIRST_RANK,
        study=_study_rules(case.current, has_prior=has_prior),
        sets=sets,
        stages=(stage,),
    )
    if match(protocol, case) is None:
        raise ValueError("the rule does not fit the screen it was made from")
    return protocol


def identifier(title: str) -> str:
    """A file name of the title: ASCII letters, digits and hyphens; the rest is written as its code."""
    kept = "".join(
        c if c.isascii() and c.isalnum() else " " if c.isascii() else f"{ord(c):x}" for c in title.lower()
    )
    return ("own-" + "-".join(kept.split()))[:60].rstrip("-")


def _find(hung: Hung, case: Case) -> tuple[SetFacts, StudyFacts] | None:
    for study in (case.current, *case.priors):
        for one in study.sets:
            if (one.study_instance_uid, one.display_set_id) == (hung.study_instance_uid, hung.display_set_id):
                return one, study
    return None


def _study_rules(study: StudyFacts, *, has_prior: bool) -> tuple[Rule, ...]:
    modalities, parts = study.values.get("modality", ()), study.values.get("body_part", ())
    rules = [Rule(attribute="modality", any_of=_words(modalities), required=True)]
    if _words(parts):
        rules.append(Rule(attribute="words", contains=_words(parts), required=True, weight=3))
    if has_prior:
        rules.append(Rule(attribute="priors", at_least=1, required=True))
    return tuple(rules)


def _selection(wanted: SetFacts, study: StudyFacts, case: Case) -> Selection:
    rules = [
        Rule(attribute=name, equals=_single(value), required=True)
        for name in _SAME_ALWAYS
        if (value := wanted.values.get(name)) not in {None, ""}
    ]
    for name, weight in (("plane", 4.0), ("volumetric", 3.0)):
        value = wanted.values.get(name)
        if value is not None:
            rules.append(Rule(attribute=name, equals=_single(value), weight=weight))
    own = _own_words(wanted, [one for one in study.sets if one is not wanted])
    if own:
        rules.append(Rule(attribute="description", contains=own, weight=2))
    of_prior = study is not case.current
    return Selection(
        of="prior" if of_prior else "current", rules=tuple(rules), shared=True, optional=of_prior
    )


def _own_words(wanted: SetFacts, others: Sequence[SetFacts]) -> tuple[str, ...]:
    """Words of its description that no other series of the study has; all of them where there is no other."""
    mine = _vocabulary(wanted)
    theirs = {word for one in others for word in _vocabulary(one)}
    return tuple(sorted(mine - theirs)) if others else ()


def _vocabulary(one: SetFacts) -> set[str]:
    return {word.casefold() for word in _WORD.findall(str(one.values.get("description", "")))}


def _words(value: Fact | tuple[()]) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),) if value else ()


def _single(value: Fact) -> str | float | bool:
    return value[0] if isinstance(value, tuple) else value


def _window(words: str) -> str | tuple[float, float]:
    center, comma, width = words.partition(",")
    return (float(center), float(width)) if comma else words
