"""A package's heat put to the test on pictures of one's own (RQ-46)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app.analysis.faithfulness import Faithfulness, measure, summary
from app.analysis.labels import Case
from app.analysis.packages import facts_of, run_in
from app.analysis.to_model_input import to_model_input
from app.domain.errors import GeometryRefusedError, OverreadError, PixelsUnreadableError, StudyUnreadableError
from app.support.i18n import explain, text
from app.workflows.evaluate import read_case
from app.workflows.run_model import Session
from inference.randomise import write_randomised

SEED = 1


def faithfulness(session: Session, pictures: Sequence[Path]) -> dict[str, Any]:
    """Figures over the pictures that could be read. Raises Cancelled, OverreadError where none could be."""
    with tempfile.TemporaryDirectory(prefix="overread-shuffled-") as folder:
        shuffled = write_randomised(session.bundle, Path(folder) / "package", SEED)
        problems: list[str] = []
        found = list(_each(session, shuffled, pictures, problems))
    if not found:
        raise OverreadError(
            "error.faithfulness.none", count=len(pictures), why=problems[0] if problems else ""
        )
    package = facts_of(session.bundle).package
    return {
        "package": {"name": package.name, "version": package.version, "sha256": package.sha256},
        **summary(found),
        "seed": SEED,
        "problems": problems,
        "caution": text("faithfulness.caution"),
    }


def _each(
    session: Session, shuffled: Any, pictures: Sequence[Path], problems: list[str]
) -> Iterator[Faithfulness]:
    run = run_in(session.client, session.bundle, session.providers, None, session.cancel)
    other = shuffled and run_in(session.client, shuffled, session.providers, None, session.cancel)
    for number, picture in enumerate(pictures):
        session.cancel.check()
        if session.progress is not None:
            session.progress(number / len(pictures), picture.name)
        try:
            given = read_case(session, Case(picture.name, picture, is_positive=False, group=picture.name))
        except (GeometryRefusedError, PixelsUnreadableError, StudyUnreadableError) as error:
            problems.append(explain(error))
            continue
        if given.volume is None or given.volume.pixels.ndim != 3:
            problems.append(text("faithfulness.colour", file=picture.name))
            continue
        yield measure(
            to_model_input(given.volume, given.study, given.series), run, other or None, SEED + number
        )
