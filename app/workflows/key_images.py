"""Mark images of the open study as key images and walk through them: the journal first, then the screen."""

from __future__ import annotations

from app.context import AppContext
from app.domain.finding import Reading
from app.domain.key_image import KeyImage
from app.domain.volume import FrameRef
from app.state.reading_events import VerdictTaken
from app.support.clock import utc_now
from app.support.i18n import text
from app.workflows.showing import shown_reading


def marked(reading: Reading | None) -> frozenset[FrameRef]:
    """Frames that are marked now."""
    return frozenset(one.frame for one in reading.key_images) if reading else frozenset()


def toggle(ctx: AppContext, image: KeyImage) -> bool:
    """Mark an image, or take its mark away; whether it is marked now. Raises JournalError; then nothing changed."""
    from app.findings.events import KeyImageSet

    study = image.study_instance_uid
    is_key = image.frame not in marked(shown_reading(ctx, study))  # what others marked may be withheld
    ctx.journal.append(KeyImageSet(study, image, is_key, ctx.reader))
    if study == ctx.store.state.workspace.open_study_uid:
        said = text("deed.key_image") if is_key else text("deed.key_image_removed")
        ctx.store.apply(VerdictTaken(shown_reading(ctx, study), said, utc_now()))
    return is_key


def next_of(reading: Reading | None, shown: FrameRef | None, step: int) -> KeyImage | None:
    """The key image after (or before) the shown one, in the order of marking; round at the ends; None without any."""
    images = reading.key_images if reading else ()
    if not images:
        return None
    here = next((n for n, one in enumerate(images) if one.frame == shown), None)
    if here is None:
        return images[0 if step > 0 else -1]
    return images[(here + step) % len(images)]
