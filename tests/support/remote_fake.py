"""A server that lives in memory, for the window's tests: pages, refuses, takes its time, as it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.errors import OverreadError
from app.domain.study import Patient
from app.domain.volume import CancelToken, Progress
from app.studies.scan import ScanReport, scan
from app.studies.source_types import Heard, Source, Stored, StoreOutcome, StudyHit, StudyPage, StudyQuery


def hits(count: int) -> tuple[StudyHit, ...]:
    names = ("IVANOVA^ANNA", "PETROV^PYOTR", "MUELLER^JÖRG", "YAMADA^TARO", "DOE^JANE")
    return tuple(
        StudyHit(
            f"1.2.3.{number}", Patient(f"P{number:04d}", "", names[number % len(names)], "19650301", "F"),
            "20260801", "120000", "Chest^routine", f"A{number}", ("CT", "SR"), 3, 320,
        )
        for number in range(count)
    )  # fmt: skip


@dataclass
class FakeServer:
    """held: a folder per study UID. gate: retrieves wait for it."""

    studies: tuple[StudyHit, ...] = ()
    held: dict[str, Path] = field(default_factory=dict)
    refusal: OverreadError | None = None
    outcomes: dict[str, tuple[StoreOutcome, str]] = field(default_factory=dict)
    asked: list[StudyQuery] = field(default_factory=list)
    sent: list[Path] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def connector(self, _ctx: object) -> Callable[[str], Source]:
        return lambda place: FakeSource(self, place)


@dataclass
class FakeSource:
    server: FakeServer
    title: str
    can_store: bool = True

    def search(self, query: StudyQuery, cancel: CancelToken | None = None) -> StudyPage:
        self.server.asked.append(query)
        if self.server.refusal is not None:
            raise self.server.refusal
        found = [one for one in self.server.studies if query.patient_name.upper() in one.patient.name]
        end = query.offset + query.limit
        return StudyPage(tuple(found[query.offset : end]), len(found) > end)

    def open(
        self,
        study_instance_uid: str = "",
        heard: Heard | None = None,
        progress: Progress | None = None,
        cancel: CancelToken | None = None,
    ) -> ScanReport:
        if self.server.refusal is not None:
            raise self.server.refusal
        if progress is not None:
            progress(0.975, "received 312 of 320")
        self.server.gate.wait(5)
        return scan([self.server.held[study_instance_uid]], on_batch=heard)

    def read(self, sop_instance_uid: str) -> Path:
        raise NotImplementedError

    def store(
        self, files: Sequence[Path], progress: Progress | None = None, cancel: CancelToken | None = None
    ) -> tuple[Stored, ...]:
        self.server.sent += files
        told = [self.server.outcomes.get(file.name, (StoreOutcome.STORED, "")) for file in files]
        return tuple(
            Stored(file, f"1.9.{number}", outcome, reason)
            for number, (file, (outcome, reason)) in enumerate(zip(files, told, strict=True))
        )

    def close(self) -> None:
        return
