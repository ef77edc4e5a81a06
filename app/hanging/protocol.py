"""The shape of a hanging protocol: rules with weights, named selections, stages of viewports. Data, never code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.domain.errors import OverreadError
from app.hanging.facts import SET_FACTS, STUDY_FACTS
from app.state.model import Layout, Plane

LARGEST_FILE = 256 * 1024
VERSION = 1

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Part):
    """One question about one fact. Exactly one test; a fact that is not known fails every test but `known: false`."""

    attribute: str
    equals: str | float | bool | None = None
    any_of: tuple[str, ...] = ()  # whole words of a list, or the text itself, whatever their case
    contains: tuple[str, ...] = ()  # any of these within the text, whatever their case
    without: tuple[str, ...] = ()  # none of these within the text
    at_least: float | None = None
    at_most: float | None = None
    known: bool | None = None
    weight: float = Field(default=1.0, gt=0, le=100)
    required: bool = False

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        asked = [
            name for name in ("equals", "at_least", "at_most", "known") if getattr(self, name) is not None
        ] + [name for name in ("any_of", "contains", "without") if getattr(self, name)]
        if len(asked) != 1 and set(asked) != {"at_least", "at_most"}:
            raise ValueError(
                f"a rule on '{self.attribute}' needs exactly one test, this one has {len(asked)}"
            )
        return self


class Selection(_Part):
    """How one display set is chosen: from the study itself or from the latest prior that has a fitting one."""

    of: Literal["current", "prior"] = "current"
    rules: tuple[Rule, ...] = ()
    prefer: Literal["most_images", "fewest_images", "first", "last"] = "most_images"
    optional: bool = False  # the protocol fits without it; its place then stays empty
    shared: bool = False  # may take what another selection has: one series in two windows

    @model_validator(mode="after")
    def _known_facts(self) -> Self:
        _check_attributes(self.rules, SET_FACTS)
        return self


class Place(_Part):
    """One viewport of a stage. window: a preset's name, or centre and width in modality values."""

    show: str = ""  # name of a selection, "" for an empty place
    plane: Plane = Plane.STACK
    window: str | tuple[float, float] = ""
    sync: str = ""  # viewports of one group scroll together


class Stage(_Part):
    """One screen; the reader steps through them."""

    title: str = Field(min_length=1, max_length=80)
    layout: Layout
    places: tuple[Place, ...]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.places) > self.layout.count:
            raise ValueError(f"{len(self.places)} places do not fit into {self.layout.value}")
        return self


class Protocol(_Part):
    """A whole protocol. rank breaks ties, the higher goes first; from FIRST_RANK on it goes before any score."""

    version: Literal[1] = 1
    id: Identifier
    title: str = Field(min_length=1, max_length=80)
    rank: int = Field(default=0, ge=-100, le=100)
    study: tuple[Rule, ...] = Field(min_length=1)
    sets: dict[str, Selection] = Field(min_length=1)
    stages: tuple[Stage, ...] = Field(min_length=1, max_length=12)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        _check_attributes(self.study, STUDY_FACTS)
        for stage in self.stages:
            for place in stage.places:
                if place.show and place.show not in self.sets:
                    raise ValueError(
                        f"stage '{stage.title}' shows '{place.show}', which no selection is named"
                    )
        return self


class ProtocolError(OverreadError):
    """A file that is no hanging protocol."""


def load_protocol(file: Path) -> Protocol:
    """Read and check one file. Raises ProtocolError, with the first fault in words."""
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise ProtocolError(
                "error.hanging.bad_file", file=file.name, fault=f"more than {LARGEST_FILE} bytes"
            )
        data: Any = json.loads(file.read_text(encoding="utf-8"))
        return Protocol.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "file"
        fault = f"{where}: {first['msg']}"
        raise ProtocolError("error.hanging.bad_file", file=file.name, fault=fault) from error
    except (ValueError, RecursionError) as error:
        raise ProtocolError("error.hanging.bad_file", file=file.name, fault="no JSON") from error
    except OSError as error:
        fault = error.strerror or type(error).__name__
        raise ProtocolError("error.hanging.bad_file", file=file.name, fault=fault) from error


def as_json(protocol: Protocol) -> str:
    """The file's text: what is at its default is left out."""
    return json.dumps(
        protocol.model_dump(mode="json", exclude_defaults=True) | {"version": VERSION},
        indent=2,
        ensure_ascii=False,
    )


def _check_attributes(rules: tuple[Rule, ...], known: tuple[str, ...]) -> None:
    for rule in rules:
        if rule.attribute not in known:
            raise ValueError(f"'{rule.attribute}' is no attribute; there are {', '.join(known)}")
