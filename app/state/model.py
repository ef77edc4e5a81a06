"""What the window shows, as one frozen object with three parts and the list of deeds that can be undone.

Runtime (what a view has really drawn, a drag under way) stays in the views; what exists on disk stays in the index.
Display sets are named by id here: they are made from a study by `app.studies.display_sets`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from app.domain.comparison import Comparison
from app.domain.finding import Place, Reading, RunState
from app.domain.study import Patient, Study
from app.state.mask_state import TOOL, MaskMode


class Plane(Enum):
    """What a viewport shows of a display set."""

    STACK = "stack"
    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"
    VOLUME = "volume"


class Layout(Enum):
    """Rows and columns of viewports."""

    ONE = "1x1"
    SIDE_BY_SIDE = "1x2"
    STACKED = "2x1"
    FOUR = "2x2"
    THREE = "1x3"
    SIX = "2x3"
    EIGHT = "2x4"

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.value[0])

    @property
    def columns(self) -> int:
        """Number of columns."""
        return int(self.value[2])

    @property
    def count(self) -> int:
        """Number of viewports."""
        return self.rows * self.columns


class ScrollLink(Enum):
    """Which stacks scroll together: the groups of the hanging protocol, all on the screen, none, or all as they stand.

    By hand comes after none: what the reader has brought side by side stays so.
    """

    GROUPS = "groups"
    ALL = "all"
    NONE = "none"
    BY_HAND = "by_hand"


class HeatMode(Enum):
    """How much of a model's maps is drawn; markers and boxes stay with all but HIDDEN ink."""

    NONE = "none"
    OUTLINE = "outline"
    HEAT = "heat"


class TextAmount(Enum):
    """How much is written over the pictures."""

    ALL = "all"
    MINIMAL = "minimal"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Hung:
    """What a viewport should show. window: name of a preset or "centre,width" to begin with; '' the file's own."""

    study_instance_uid: str
    display_set_id: str
    plane: Plane = Plane.STACK
    window: str = ""


@dataclass(frozen=True, slots=True)
class Viewport:
    """One place for a picture; its id stays the same whatever hangs in it. sync: those of one group scroll together."""

    viewport_id: str
    hung: Hung | None = None
    sync: str = ""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Layout, what hangs where, and which viewport is active; by which protocol and stage, if by one."""

    layout: Layout = Layout.ONE
    viewports: tuple[Viewport, ...] = (Viewport("v1"),)
    active_id: str = "v1"
    maximised_id: str = ""
    protocol_id: str = ""
    stage: int = 0

    @property
    def active(self) -> Viewport:
        """The viewport that keys and tools act on."""
        return next((v for v in self.viewports if v.viewport_id == self.active_id), self.viewports[0])

    def viewport(self, viewport_id: str) -> Viewport | None:
        """One viewport by id."""
        return next((v for v in self.viewports if v.viewport_id == viewport_id), None)


@dataclass(frozen=True, slots=True)
class Ink:
    """How AI results are drawn: `shown` hides everything at once."""

    shown: bool = True
    mode: HeatMode = HeatMode.HEAT
    threshold: float | None = None  # share of the map's range; None: what the model's maker set
    opacity: float = 0.5


@dataclass(frozen=True, slots=True)
class AiNote:
    """That a model ran on a study, and how it ended; never what it found. waits: there is more than may be told yet.

    read_by: who called the study read. priority: by how much the highest score lies above its threshold; it is known
    only where the site shows AI results at once, and is never said, only sorted by.
    """

    study_instance_uid: str
    states: tuple[RunState, ...] = ()
    waits: bool = False
    read_by: str = ""
    priority: float | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    """What the reader has opened and how it is laid out."""

    studies: tuple[Study, ...] = ()
    open_study_uid: str = ""
    open_patient: Patient | None = None  # tells apart studies that share a UID by mistake
    arrangement: Arrangement = field(default_factory=Arrangement)
    before_planes: Arrangement | None = None
    ink: Ink = field(default_factory=Ink)
    tool: str = "window"
    text_amount: TextAmount = TextAmount.ALL
    panels_shown: bool = True
    scroll_link: ScrollLink = ScrollLink.GROUPS
    zoom_link: bool = True  # stacks that scroll together are enlarged and moved together
    reference_lines: bool = True
    ai_notes: tuple[AiNote, ...] = ()
    by_priority: bool = False  # the worklist is sorted by what AI says (RQ-19)
    masks: MaskMode = field(default_factory=MaskMode)

    @property
    def tool_of_pictures(self) -> str:
        """The tool of the left button without that of a mode."""
        return self.masks.tool_before if self.tool == TOOL else self.tool

    @property
    def listed(self) -> tuple[Study, ...]:
        """The studies in the order of the worklist."""
        if not self.by_priority:
            return self.studies
        known = {n.study_instance_uid: n.priority for n in self.ai_notes if n.priority is not None}
        return tuple(sorted(self.studies, key=lambda one: -known.get(one.study_instance_uid, float("-inf"))))

    @property
    def open_study(self) -> Study | None:
        """The study whose series and findings the panels list."""
        named = self.studies_of(self.open_study_uid)
        return next((s for s in named if self.open_patient in (None, s.patient)), None)

    def studies_of(self, study_instance_uid: str) -> tuple[Study, ...]:
        """All studies under a UID: more than one means that patients were mixed."""
        return tuple(s for s in self.studies if s.study_instance_uid == study_instance_uid)

    def study(self, study_instance_uid: str) -> Study | None:
        """One study by UID; of several under it, the open one."""
        if study_instance_uid == self.open_study_uid and self.open_study is not None:
            return self.open_study
        return next(iter(self.studies_of(study_instance_uid)), None)

    def note(self, study_instance_uid: str) -> AiNote:
        """What the worklist may say of AI on one study."""
        found = (n for n in self.ai_notes if n.study_instance_uid == study_instance_uid)
        return next(found, AiNote(study_instance_uid))


@dataclass(frozen=True, slots=True)
class Extent:
    """The extent of a finding while it is being changed; nothing of it is in the journal yet."""

    finding_id: str
    place: Place


@dataclass(frozen=True, slots=True)
class Pointing:
    """A place is being chosen by keys in one viewport; where it is, the view knows.

    marks: for a finding of the reader's own, else for the chosen tool.
    """

    viewport_id: str
    marks: bool = True


@dataclass(frozen=True, slots=True)
class ReadingState:
    """Findings and verdicts of the open study, as replayed from the journal."""

    reading: Reading | None = None
    selected_id: str = ""
    measurement_id: str = ""  # the chosen measurement; a finding and a measurement are never chosen together
    rejecting_id: str = ""  # the finding whose reason of rejection is being asked for
    written_at: str = ""  # when the journal last took an entry
    low_shown: bool = False  # findings below their threshold, and silenced kinds, are listed too
    silenced: frozenset[tuple[str, str]] = frozenset()  # (package, key) of kinds that this reader folds away
    extent: Extent | None = None  # a finding whose extent is being changed
    pointing: Pointing | None = None  # a place is being chosen by keys
    compared: Comparison | None = None  # two result sets that are drawn in place of all findings


@dataclass(frozen=True, slots=True)
class JobRow:
    """One piece of long work as the reader sees it."""

    job_id: str
    kind: str
    title: str
    progress: float = 0.0
    note: str = ""
    study_instance_uid: str = ""


class DeedKind(Enum):
    """Where a deed is undone: in the journal, or in the workspace."""

    READING = "reading"
    WORKSPACE = "workspace"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something the reader did and may undo; `words` says it in the status bar."""

    kind: DeedKind
    words: str
    before: Workspace | None = None


@dataclass(frozen=True, slots=True)
class AppState:
    """The whole state."""

    workspace: Workspace = field(default_factory=Workspace)
    reading: ReadingState = field(default_factory=ReadingState)
    jobs: tuple[JobRow, ...] = ()
    deeds: tuple[Deed, ...] = ()
