"""The closed vocabulary of model packages: steps, inputs, outputs, stages. What a word means stands beside it."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from inference.step_args import OP_WORDS, POST_WORDS, words_fault

ModelFile = Annotated[str, Field(pattern=r"^models/[A-Za-z0-9_.-]+\.onnx$")]


class Strict(BaseModel):
    """An unknown key is a mistake, not an extension."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


S = TypeVar("S", bound=Strict)


def _read(step: S, fault: str) -> S:
    if fault:
        raise ValueError(fault)
    return step


OpName = Literal[
    "modality_lut",  # stored values to modality values (HU)
    "voi_window",  # center, width: to 0..1
    "invert_monochrome1",  # turn MONOCHROME1 over, so that air is dark
    "percentiles",  # low, high: these percentiles to 0..1
    "clip",  # min, max
    "to_range",  # from_min, from_max, min, max: linear
    "normalize",  # mean, std; of the image itself if left out, of each slice by itself with per = "slice"
    "orient",  # slices feet to head, rows front to back, columns right to left of the patient
    "resample",  # spacing_mm of three axes, linear
    "center_crop_square",  # the largest central square of each slice
    "pad_square",  # value: to a square, centred
    "resize",  # rows, columns; mode area or linear
]


class Op(Strict):
    """One preprocessing step; every step keeps the affine true, so that results find their way back."""

    op: OpName
    args: dict[str, float | int | str | list[float]] = {}

    @model_validator(mode="after")
    def words_are_read(self) -> Op:
        """A word that the step does not read is a mistake, not an extension."""
        return _read(self, words_fault(OP_WORDS, self.op, self.args))


class InputBinding(Strict):
    """What is put into one graph input. layout names the axes of an image: slices are D or lie along N."""

    tensor: str
    source: Literal["image", "spacing_mm"] = "image"
    layout: Literal["NCDHW", "NCHW"] = "NCHW"
    view: str = ""  # of a package of kind `views`: which picture goes in, such as LCC or RMLO


class Inference(Strict):
    """How the graph is run: once over the whole, in windows, or slice by slice with neighbours as channels."""

    mode: Literal["simple", "sliding_window", "slices"] = "simple"
    roi_size: tuple[int, int, int] | None = None
    overlap: float = Field(default=0.5, ge=0, lt=1)
    padding: Literal["zeros", "edge"] = "zeros"  # round a picture that is smaller than a window
    blend: Literal["gaussian", "constant"] = (
        "gaussian"  # of windows that overlap: the middle counts more, or all alike
    )
    neighbours: int = Field(default=0, ge=0, le=16)
    multiple_of: int = Field(default=1, ge=1, le=256)
    batch: int = Field(default=1, ge=1, le=256)
    mirror: tuple[Literal["slices", "rows", "columns"], ...] = ()  # mean over the picture and its mirrorings

    @model_validator(mode="after")
    def windows_have_a_size(self) -> Inference:
        """Or the first run would fail for it."""
        if self.mode == "sliding_window" and (self.roi_size is None or min(self.roi_size) < 1):
            raise ValueError("sliding_window needs 'roi_size', three lengths with slices first")
        return self


class MapOutput(Strict):
    """A tensor that is a picture: heat (float) or labels (whole numbers), over the box of the network's input."""

    tensor: str
    key: str
    kind: Literal["heat", "labels"]
    label: dict[str, str]
    value_range: tuple[float, float] = (0.0, 1.0)
    threshold: float = 0.0
    names: dict[int, str] = {}
    view: str = ""


class Boxes(Strict):
    """Boxes of a detector, one row each; a pixel of the network's input spans from its number to the next.

    scores: (boxes,) or (boxes, classes); an output's score names this tensor, and by `index` its class. labels: the
    class of each box, where scores has one column. form: order of the numbers; c is a centre, w and h are lengths.
    """

    tensor: str
    scores: str
    labels: str = ""
    form: Literal["xyxy", "yxyx", "cxcywh", "zyxzyx"] = "xyxy"
    unit: Literal["pixel", "share"] = "pixel"
    iou: float = Field(default=0.5, gt=0, le=1)  # of two boxes that overlap by more, the better one stays
    view: str = ""


class Views(Strict):
    """Which pictures of a study one run takes. needed: without these it is not applicable; the others may be missing.

    groups: pictures that are compared with each other, such as the right and the left one of a projection. At least one
    group must be whole; a picture of no whole group is left out, and the result says so. missing: what goes into an
    input whose view is not there.
    """

    needed: tuple[str, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    missing: Literal["zeros"] = "zeros"


class ValueRef(Strict):
    """One number of an output tensor, flattened; scaled by `scale`."""

    tensor: str
    index: int = 0
    scale: float = 1.0


class MeasureOutput(Strict):
    """A number that is shown with its unit (UCUM).

    views: it is told only where all of these were looked at. known: the graph's own word on whether it could be worked
    out, 0.5 or more for yes; a number that is not known is not told, and is never told as 0.
    """

    key: str
    value: ValueRef
    unit: str
    views: tuple[str, ...] = ()
    known: ValueRef | None = None


class Region(Strict):
    """Labels of a label map; a finding with a region lies where its region lies.

    join: of probabilities per voxel, further channels that belong to it, as clavicles that were cut out of the lungs.
    """

    map: str
    label: int
    join: tuple[int, ...] = ()


class RegionMeasure(Strict):
    """A number worked out from the regions of outputs, after the run.

    share_of_gate: volume of `of` within the lungs of `gate_by_lungs`, per cent of theirs. width_ratio: `of` from its
    leftmost to its rightmost pixel in any rows, over the greatest width of `to` in one row: the cardiothoracic ratio
    where they are heart and lungs.
    """

    key: str
    op: Literal["share_of_gate", "width_ratio"]
    of: str
    to: str = ""
    unit: str


class CodeRef(Strict):
    """A coded concept."""

    value: str
    scheme: str
    meaning: str


PostName = Literal[
    "threshold",  # at
    "gate_by_lungs",  # air_hu, closing_mm: keep what lies in lungs found by attenuation
    "erosion",  # rounds, in 3D with face neighbours
    "dilation",  # rounds
    "closing",  # rounds
    "fill_holes",
    "components",  # min_voxels, min_mm, max_mm (of a ball of that volume): face neighbours; the rest is dropped
    "largest_components",  # count
]


class PostOp(Strict):
    """One step from a probability map to regions."""

    op: PostName
    args: dict[str, float | int | str] = {}

    @model_validator(mode="after")
    def words_are_read(self) -> PostOp:
        """A word that the step does not read is a mistake, not an extension."""
        return _read(self, words_fault(POST_WORDS, self.op, self.args))


class Output(Strict):
    """One thing the model looks for."""

    key: str
    label: dict[str, str]
    code: CodeRef | None = None
    trained: bool = True
    score: ValueRef | None = None
    threshold: float | None = None
    threshold_source: str = ""
    score_transform: Literal["none", "sigmoid", "op_norm"] = "none"
    finding_site: str = ""
    side: Literal["", "left", "right", "both", "by_place"] = ""
    report_when: Literal["above", "always", "never"] = (
        "above"  # never: drawn and measured, as anatomy is; regions only
    )
    region: Region | None = None
    heat: str = ""
    view: str = ""  # the picture that it is about; '' the whole study
    measures: tuple[MeasureOutput, ...] = ()
    postprocess: tuple[PostOp, ...] | None = None  # in place of the package's, for this output alone
    colour: tuple[int, int, int] | None = None

    @model_validator(mode="after")
    def threshold_has_a_source(self) -> Output:
        """RQ-38: a shown score has a threshold, and the threshold has a source."""
        if self.trained and self.score is not None and (self.threshold is None or not self.threshold_source):
            raise ValueError(f"output {self.key}: a score needs a threshold and where it comes from")
        return self


class Requirement(Strict):
    """A number the graph gives about its input; below `at_least` the run is not applicable, for this reason.

    views: it speaks for these alone. Below that they are left out and the result says why; not applicable is the run
    only where none is left.
    """

    value: ValueRef
    at_least: float
    reason: dict[str, str]
    views: tuple[str, ...] = ()


class Stage(Strict):
    """One step of a multi-stage package: a graph with its own input and output."""

    name: str
    model: ModelFile
    kind: Literal["candidates", "classifier"]
    preprocess: tuple[Op, ...] = ()
    input: InputBinding
    inference: Inference = Inference()
    output: str
    channel: int = 0
    postprocess: tuple[PostOp, ...] = ()
    patch: tuple[int, int, int] | None = None


class Ranking(Strict):
    """Order and number of the detections of a multi-stage or region package."""

    by: Literal["score", "score_times_diameter", "volume"] = "score"
    merge_mm: float = 0.0
    at_most: int = 50
