"""The closed vocabulary of model packages: steps, inputs, outputs, stages. What a word means stands beside it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

ModelFile = Annotated[str, Field(pattern=r"^models/[A-Za-z0-9_.-]+\.onnx$")]


class Strict(BaseModel):
    """An unknown key is a mistake, not an extension."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


OpName = Literal[
    "modality_lut",  # stored values to modality values (HU)
    "voi_window",  # center, width: to 0..1
    "invert_monochrome1",  # turn MONOCHROME1 over, so that air is dark
    "percentiles",  # low, high: these percentiles to 0..1
    "clip",  # min, max
    "to_range",  # from_min, from_max, min, max: linear
    "normalize",  # mean, std; of the image itself if left out
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


class InputBinding(Strict):
    """What is put into one graph input. layout names the axes of an image: slices are D or lie along N."""

    tensor: str
    source: Literal["image", "spacing_mm"] = "image"
    layout: Literal["NCDHW", "NCHW"] = "NCHW"


class Inference(Strict):
    """How the graph is run: once over the whole, in windows, or slice by slice with neighbours as channels."""

    mode: Literal["simple", "sliding_window", "slices"] = "simple"
    roi_size: tuple[int, int, int] | None = None
    overlap: float = Field(default=0.5, ge=0, lt=1)
    neighbours: int = Field(default=0, ge=0, le=16)
    multiple_of: int = Field(default=1, ge=1, le=256)
    batch: int = Field(default=1, ge=1, le=256)


class MapOutput(Strict):
    """A tensor that is a picture: heat (float) or labels (whole numbers), over the box of the network's input."""

    tensor: str
    key: str
    kind: Literal["heat", "labels"]
    label: dict[str, str]
    value_range: tuple[float, float] = (0.0, 1.0)
    threshold: float = 0.0
    names: dict[int, str] = {}


class ValueRef(Strict):
    """One number of an output tensor, flattened; scaled by `scale`."""

    tensor: str
    index: int = 0
    scale: float = 1.0


class MeasureOutput(Strict):
    """A number that is shown with its unit (UCUM)."""

    key: str
    value: ValueRef
    unit: str


class Region(Strict):
    """Labels of a label map; a finding with a region lies where its region lies."""

    map: str
    label: int


class CodeRef(Strict):
    """A coded concept."""

    value: str
    scheme: str
    meaning: str


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
    report_when: Literal["above", "always"] = "above"
    region: Region | None = None
    heat: str = ""
    measures: tuple[MeasureOutput, ...] = ()
    colour: tuple[int, int, int] | None = None

    @model_validator(mode="after")
    def threshold_has_a_source(self) -> Output:
        """RQ-38: a shown score has a threshold, and the threshold has a source."""
        if self.trained and self.score is not None and (self.threshold is None or not self.threshold_source):
            raise ValueError(f"output {self.key}: a score needs a threshold and where it comes from")
        return self


class Requirement(Strict):
    """A number the graph gives about its input; below `at_least` the run is not applicable, for this reason."""

    value: ValueRef
    at_least: float
    reason: dict[str, str]


PostName = Literal[
    "threshold",  # at
    "gate_by_lungs",  # air_hu, closing_mm: keep what lies in lungs found by attenuation
    "erosion",  # rounds, in 3D with face neighbours
    "dilation",  # rounds
    "closing",  # rounds
    "fill_holes",
    "components",  # min_voxels, min_mm, max_mm: face neighbours; the rest is dropped
    "largest_components",  # count
]


class PostOp(Strict):
    """One step from a probability map to regions."""

    op: PostName
    args: dict[str, float | int | str] = {}


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
