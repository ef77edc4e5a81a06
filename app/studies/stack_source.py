"""The frames of a display set, decoded the visible one first, then outward, into one array shared by every view."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.errors import OverreadError
from app.domain.volume import Affine, Pixels, Remark, RemarkKind, Volume, Window
from app.jobs.unforeseen import in_words
from app.studies.decode_line import DecodeLine
from app.studies.display_sets import DisplaySet
from app.studies.frame_order import FrameOrder
from app.studies.frame_reading import FrameReading
from app.studies.limits import VOLUME_SHARE_OF_MEMORY
from app.studies.memory import MemoryBudget, empty_pixels, memory_limit
from app.studies.on_the_way import Coming
from app.studies.pixel_header import PixelHeader
from app.studies.stack_frame import StackFrame, loading_remark, showing_remarks, stack_frame
from app.studies.urgency import Urgency
from app.studies.volumes import build_volume, default_window, own_windows
from app.support.i18n import explain, text

Post = Callable[[Callable[[], None]], None]
ONE_SOURCE_PERCENT = round(VOLUME_SHARE_OF_MEMORY * 100)


@dataclass(frozen=True, slots=True)
class Means:
    """What sources share: threads, and room for pixels."""

    line: DecodeLine
    memory: MemoryBudget


class StackSource:
    """Decodes on the threads of a line; `post` brings news to the main thread. Close it when no view shows it."""

    def __init__(
        self,
        display_set: DisplaySet,
        post: Post,
        *,
        first: int | None = None,
        coming: Coming | None = None,
        means: Means | None = None,
        shown: bool = True,
    ) -> None:
        """coming: files that may be on their way; the one looked at is asked for, the others are waited for.

        means: shared with other sources; its own without. Raises PixelsUnreadableError if it does not fit in memory.
        """
        self.display_set = display_set
        self.volume: Volume | None = None
        self._post = post
        self._coming = coming
        self._frames: dict[int, StackFrame] = {}
        self._failures: dict[int, str] = {}
        self._headers: dict[int, PixelHeader] = {}
        self._array: Pixels | None = None
        self._listeners: list[Callable[[int], None]] = []
        self._waiting_for_volume: list[Callable[[Volume], None]] = []
        paths = [address.instance.path for address in display_set.frames]
        self._order = FrameOrder(
            self.count,
            self.count // 2 if first is None else first,
            shown=shown,
            is_ready=lambda index: coming is None or not coming.is_coming(paths[index]),
        )
        self._lock = threading.Lock()
        self._is_settled = False
        self.no_room = ""  # a sentence, where there would be a volume if there were memory for it
        self.is_closed = False
        self._means = means or Means(DecodeLine(), MemoryBudget(memory_limit(ONE_SOURCE_PERCENT)))
        self._has_own_means = means is None
        self._reading = FrameReading(display_set, coming, self._means.line)
        self._means.memory.claim(self, display_set.decoded_bytes, display_set.title)
        self._means.line.join(self)

    @property
    def count(self) -> int:
        """Number of frames."""
        return len(self.display_set.frames)

    @property
    def is_complete(self) -> bool:
        """Every frame is decoded or has failed."""
        return len(self._frames) + len(self._failures) >= self.count

    @property
    def is_settled(self) -> bool:
        """Complete, and its volume is made or known to be none."""
        return self._is_settled and self.is_complete

    @property
    def done(self) -> int:
        """Frames decoded so far."""
        return len(self._frames)

    def frame(self, index: int) -> StackFrame | None:
        """The frame if it is there; else it is decoded next."""
        if self._order.look_at(index):
            self._means.line.interacted()
            self._means.memory.used(self)
            self._means.line.wake()
        return self._frames.get(index)

    def affine_at(self, index: int) -> Affine:
        """Affine of one frame, from its header."""
        return self.display_set.affines[index]

    def failure(self, index: int) -> str | None:
        """Why a frame cannot be shown, or None."""
        return self._failures.get(index)

    def windows(self, index: int) -> tuple[Window, ...]:
        """The file's own windows, or one made from the frame's values; empty while it is not there."""
        header, frame = self._headers.get(index), self._frames.get(index)
        if header is None or frame is None:
            return ()
        return own_windows(header) or (
            default_window(frame.pixels, frame.slope, frame.intercept, frame.padding_range),
        )

    def file_windows(self, index: int) -> tuple[Window, ...]:
        """The windows that the file itself names, which may be none."""
        header = self._headers.get(index)
        return header.windows if header is not None else ()

    def unit(self, index: int) -> str:
        """Unit of a frame's modality values as the file names it, HU for CT; '' where it names none."""
        header = self._headers.get(index)
        return header.unit if header is not None else ""

    def frame_rate(self) -> float | None:
        """Images a second as the file asks for; None where it does not, or before its header is read."""
        rates = (header.frame_rate for header in list(self._headers.values()))
        return next((rate for rate in rates if rate), None)

    def listen(self, arrived: Callable[[int], None]) -> Callable[[], None]:
        """Hear of each new frame on the main thread; returns the way to stop."""
        self._listeners.append(arrived)

        def stop() -> None:
            if arrived in self._listeners:
                self._listeners.remove(arrived)

        return stop

    def volume_when_complete(self, callback: Callable[[Volume], None]) -> None:
        """Call with the whole volume once, on the main thread, as soon as there is one."""
        if self.volume is not None:
            callback(self.volume)
        else:
            self._waiting_for_volume.append(callback)

    def remarks(self) -> tuple[Remark, ...]:
        """What the badge has to say now."""
        lossy = next(
            (header.lossy_ratio for header in list(self._headers.values()) if header.lossy_ratio), ""
        )
        growing = self._coming is not None and self._coming.is_growing(self.display_set.study_instance_uid)
        now = (
            (loading_remark(len(self._frames), self.count),) if growing or not self.is_complete else (),
            (Remark(RemarkKind.UNREADABLE_FRAMES, (("count", len(self._failures)),)),)
            if self._failures
            else (),
            (Remark(RemarkKind.LOSSY_SOURCE, (("ratio", lossy),)),) if lossy else (),
            showing_remarks(list(self._headers.values())),
        )
        return (*(remark for some in now for remark in some), *self.display_set.remarks)

    def retry(self) -> int:
        """Try the frames that failed once more, as when the network is back; returns how many. Main thread."""
        again, self._failures = self._failures, {}
        self._is_settled = self._is_settled and not again
        self._order.put_back(again)
        self._means.line.wake()
        return len(again)

    @property
    def is_shown(self) -> bool:
        """Hangs somewhere, or is wanted as a whole: its memory is never taken from it."""
        return self._order.is_shown

    def show(self, *, shown: bool) -> None:
        """It hangs now, or no longer: then it is decoded as prefetch, and let go if others need the room."""
        if shown != self._order.is_shown:
            self._order.show(shown=shown)
            self._means.line.wake()
        if shown:
            self._means.memory.used(self)

    def let_go(self) -> None:
        """Give up the pixels, soon; from any thread. From now on nobody may hang it again."""
        self.is_closed = True
        self._post(self.close)

    def close(self) -> None:
        """No more of it is decoded; forget who listens and what was decoded."""
        self.is_closed = True
        self._means.line.leave(self)
        self._means.memory.release(self)
        self._listeners.clear()
        self._waiting_for_volume.clear()
        if self._has_own_means:
            self._means.line.close()

    def most_urgent(self) -> tuple[Urgency, int] | None:
        """For the line: its next frame's urgency and distance."""
        return None if self.is_closed else self._order.most_urgent()

    def take(self) -> Callable[[], None] | None:
        """For the line: the work of its next frame."""
        index = self._order.take()
        return None if index is None else lambda: self._work(index)

    def _work(self, index: int) -> None:
        if self.is_closed:
            return
        try:
            self._decode(index)
            self._settle()
        except Exception as error:
            self._give_up(index, explain(in_words(error, self.display_set.title)))
            if not isinstance(error, MemoryError):
                raise  # the sentence is for the reader; a mistake of ours is noted by who runs the threads
        finally:
            self._post(lambda: self._tell(index))

    def _give_up(self, index: int, sentence: str) -> None:
        with self._lock:
            if index in self._frames:
                self.no_room = sentence
            else:
                self._failures[index] = sentence
            self._is_settled = self._is_settled or self.is_complete

    def _settle(self) -> None:
        """The last frame makes the volume, still on its own thread: an even grid takes a while."""
        with self._lock:
            if self._is_settled or not self.is_complete:
                return
            if not self._failures and self.volume is None:
                try:
                    self._claim_grid()
                    self.volume = build_volume(
                        self.display_set, self._array, self._frames, self._headers, self.remarks()
                    )
                except OverreadError as error:
                    self.no_room = explain(error)
            self._is_settled = True

    def _claim_grid(self) -> None:
        """Room for an even grid beside the slices. Raises PixelsUnreadableError if there is none."""
        shown, whole = self.display_set, self.display_set.decoded_bytes
        if (grid := shown.grid) is not None:
            self._means.memory.claim(self, whole + whole * grid.planes // len(shown.frames), shown.title)

    def _decode(self, index: int) -> None:
        address = self.display_set.frames[index]
        try:
            self._headers[index], stored = self._reading.read(index)
            pixels = self._into_array(index, stored)
        except OverreadError as error:
            self._failures[index] = explain(error)
        except OSError as error:
            file, reason = address.instance.path.name, error.strerror or type(error).__name__
            self._failures[index] = text("error.study.unreadable_file", file=file, reason=reason)
        else:
            self._frames[index] = stack_frame(self.display_set, index, self._headers[index], pixels)

    def _into_array(self, index: int, pixels: Pixels) -> Pixels:
        """Copy into the shared array, made by the first frame; an odd one out keeps an array of its own."""
        with self._lock:
            if self._array is None:
                needed, shown = self.count * pixels.nbytes, self.display_set
                if needed > shown.decoded_bytes:
                    self._means.memory.claim(self, needed, shown.title)
                self._array = empty_pixels((self.count, *pixels.shape), pixels.dtype)
        if pixels.shape != self._array.shape[1:] or pixels.dtype != self._array.dtype:
            return pixels
        kept: Pixels = self._array[index]
        kept[...] = pixels
        return kept

    def _tell(self, index: int) -> None:
        """On the main thread: one more frame is there, and perhaps the volume."""
        if self.is_closed:
            return
        for listener in tuple(self._listeners):
            listener(index)
        if self.volume is not None:
            waiting, self._waiting_for_volume = self._waiting_for_volume, []
            for callback in waiting:
                callback(self.volume)
