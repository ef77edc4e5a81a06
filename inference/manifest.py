"""The manifest of a model package: MONAI bundle keys, and one object `viewer` that says all a viewer needs.

Closed vocabularies throughout: a package names operations, it never brings code. What a word means stands beside it;
the JSON Schema in `resources/schemas` is made from these classes.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

SCHEMA = "urn:overread:model-package:1"
Semver = Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+([-+][0-9A-Za-z.-]+)?$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Uid = Annotated[str, Field(pattern=r"^[0-9.]{3,64}$")]
ModelFile = Annotated[str, Field(pattern=r"^models/[A-Za-z0-9_.-]+\.onnx$")]


class Strict(BaseModel):
    """An unknown key is a mistake, not an extension."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Tensor(Strict):
    """One input or output of the graph, as MONAI describes it."""

    type: str
    format: str
    modality: str = ""
    num_channels: int = 1
    spatial_shape: tuple[int | str, ...] = ()
    dtype: str = "float32"
    value_range: tuple[float, ...] = ()
    is_patch_data: bool = False
    channel_def: dict[str, str] = {}


class NetworkData(Strict):
    """Tensors by the names that the graph gives them."""

    inputs: dict[str, Tensor]
    outputs: dict[str, Tensor]


class OnnxFacts(Strict):
    """What the graph file must turn out to be; a file that is anything else is refused."""

    file: ModelFile = "models/model.onnx"
    opset: int
    ir_version: int
    domains: tuple[str, ...] = ("ai.onnx",)
    op_types: tuple[str, ...]
    sha256: Sha256
    external_data: str | None = None


class Regulatory(Strict):
    """For whom and what for; `not_for` is shown with every negative result."""

    status: Literal["research_only", "cleared"] = "research_only"
    content_qualification: Literal["RESEARCH", "PRODUCT", "SERVICE"] = "RESEARCH"
    not_for: tuple[str, ...] = Field(min_length=1)
    users: tuple[str, ...] = ()
    age_range: tuple[int, int] | None = None


class Applicability(Strict):
    """Input that the model was made for; an empty list or None asks nothing. No match means not applicable."""

    sop_class_uids: tuple[str, ...] = ()
    modality: tuple[str, ...] = ()
    body_part: tuple[str, ...] = ()  # asked only where the file names one
    view_position: tuple[str, ...] = ()  # asked only where the file names one
    photometric: tuple[str, ...] = ()
    min_slices: int | None = None
    max_slices: int | None = None
    spacing_mm: tuple[float, float] | None = None  # smallest and largest pixel spacing
    slice_spacing_mm_max: float | None = None
    slice_thickness_mm_max: float | None = None
    needs_patient_space: bool = False
    needs_spacing: bool = False


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


class Explain(Strict):
    """How the heat was made, in words a reader can look up."""

    method: Literal["cam", "segmentation", "occlusion", "none"]
    heat: str = ""
    reference_corr: float | None = None


class Calibration(Strict):
    """Only with this may a score be called a probability (RQ-14)."""

    type: Literal["op_norm", "platt", "temperature", "isotonic"]
    params: dict[str, float]
    dataset: str
    ece: float


class Performance(Strict):
    """One measured figure."""

    dataset: str
    metric: str
    value: float
    ci95: tuple[float, float] | None = None
    ci_method: str = ""
    n: int | None = None
    n_pos: int | None = None
    sites: str = ""
    reference_standard: str = ""
    overlap_with_training: bool = False


class Resources(Strict):
    """Bounds that the child process is held to."""

    ram_mb: int = Field(ge=64, le=262_144)
    vram_mb: int = 0
    timeout_s: float = Field(gt=0, le=86_400)
    max_batch: int = 1
    providers: tuple[str, ...] = ("CPUExecutionProvider",)
    fp16_ok: bool = False


class Golden(Strict):
    """An input with its expected answer, and how far a device may stray from it."""

    input: str
    expected: str
    atol: dict[str, float]


class Licence(Strict):
    """SPDX names, apart for code, weights and training data."""

    code: str
    weights: str
    training_data: str
    redistributable: str = "check"


class Viewer(Strict):
    """All that a viewer needs beyond the MONAI keys."""

    kind: Literal["whole", "regions", "stages"]
    device_uid: Uid
    onnx: tuple[OnnxFacts, ...] = Field(min_length=1)
    regulatory: Regulatory
    applicability: Applicability
    preprocess: tuple[Op, ...] = ()
    inputs: tuple[InputBinding, ...] = ()
    inference: Inference = Inference()
    requires: tuple[Requirement, ...] = ()
    maps: tuple[MapOutput, ...] = ()
    outputs: tuple[Output, ...] = Field(min_length=1)
    measures: tuple[MeasureOutput, ...] = ()
    study_score: ValueRef | None = None
    postprocess: tuple[PostOp, ...] = ()
    stages: tuple[Stage, ...] = ()
    ranking: Ranking = Ranking()
    explain: Explain | None = None
    calibration: Calibration | None = None
    performance: tuple[Performance, ...] = ()
    subgroups: tuple[Performance, ...] = ()
    known_failures: tuple[str, ...] = ()
    resources: Resources
    golden: tuple[Golden, ...] = ()
    licence: Licence


class Manifest(BaseModel):
    """configs/metadata.json. Keys of the MONAI specification that are not listed here are allowed and ignored."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)

    schema_id: Literal["urn:overread:model-package:1"] = Field(alias="schema")
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")]
    version: Semver
    changelog: dict[str, str]
    task: str
    description: str
    authors: str
    copyright: str
    references: tuple[str, ...]
    intended_use: str
    required_packages_version: dict[str, str] = {}
    network_data_format: NetworkData
    eval_metrics: dict[str, float] = {}
    viewer: Viewer


def json_schema() -> dict[str, Any]:
    """The schema that is shipped beside the product."""
    return Manifest.model_json_schema(by_alias=True)
