"""Which studies hold AI results back from the user of a command."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.finding import Gate, Reading
from app.settings.file import load_settings
from app.support.paths import user_paths
from app.workflows.showing import policies_of, reader_of, seen_with


def withheld_studies(uids: Iterable[str]) -> frozenset[str]:
    """Of these studies those that wait for the user's own reading or request; all of them without a journal.

    Raises JournalError for a journal that cannot be read.
    """
    settings, _ = load_settings(user_paths().settings)
    if policies_of(settings).withholds_nothing:
        return frozenset()
    file = user_paths().journal_file
    if not file.exists():
        return frozenset(uids)
    from app.findings.journal import Journal
    from app.workflows.review import reading_of

    reader = reader_of(settings)
    with Journal(file) as journal:
        readings: dict[str, Reading] = {uid: reading_of(journal, uid, reader) for uid in uids}
    return frozenset(
        uid for uid, reading in readings.items() if seen_with(settings, reading).gate is not Gate.OPEN
    )
