"""The manifest of a model package: MONAI bundle keys, and one object `viewer` that says all a viewer needs.

Closed vocabularies throughout: a package names operations, it never brings code. What a word means stands beside it;
the JSON Schema in `resources/schemas` is made from these classes.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from inference.vocabulary import (
    Boxes,
    Inference,
    InputBinding,
    MapOutput,
    MeasureOutput,
    ModelFile,
    Op,
    Output,
    PostOp,
    Ranking,
    RegionMeasure,
    Requirement,
    Stage,
    Strict,
    ValueRef,
    Views,
)

MOST_CELLS = 1024  # runs of one explanation
SCHEMA = "urn:overread:model-package:1"
Semver = Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+([-+][0-9A-Za-z.-]+)?$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Uid = Annotated[str, Field(pattern=r"^[0-9.]{3,64}$")]


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
    channel_def: dict[str, str] = Field(default_factory=dict)


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
    plane: tuple[
        Literal["axial", "coronal", "sagittal"], ...
    ] = ()  # of slices in the patient; asks for a place
    needs_patient_space: bool = False
    needs_spacing: bool = False


class Explain(Strict):
    """How the heat was made, in words a reader can look up.

    occlusion: the viewer makes the heat itself, under the key `heat`, from the score of `output`, on a grid of (slices,
    rows, columns); one run for each cell. Of the other methods the graph gives the heat.
    """

    method: Literal["cam", "segmentation", "occlusion", "none"]
    heat: str = ""
    output: str = ""
    grid: tuple[int, int, int] | None = None
    reference_corr: float | None = None

    @model_validator(mode="after")
    def occlusion_knows_what_it_explains(self) -> Explain:
        """A heat of ours needs a name, a score, and a grid of a bounded number of runs."""
        if self.method == "occlusion" and not (self.heat and self.output):
            raise ValueError("explain: occlusion needs 'heat' and 'output'")
        if self.grid is not None and not (min(self.grid) >= 1 and math.prod(self.grid) <= MOST_CELLS):
            raise ValueError(f"explain: the grid must have 1 to {MOST_CELLS} cells")
        return self


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
    """Inputs of one graph by name (.npz), what it must answer, and how far a device may stray from that.

    expected: {"outputs": {tensor: {"shape": [...], "values": [...]}}}, values flattened.
    """

    model: ModelFile = "models/model.onnx"
    input: str
    expected: str
    atol: dict[str, float]


class Licence(Strict):
    """SPDX names, apart for code, weights and training data."""

    code: str
    weights: str
    training_data: str
    redistributable: str = "check"


def _one_or_more(value: object) -> object:
    """A package with one graph may write its facts without a list."""
    return (value,) if isinstance(value, dict) else value


class Viewer(Strict):
    """All that a viewer needs beyond the MONAI keys."""

    kind: Literal["whole", "regions", "stages", "boxes", "views"]
    device_uid: Uid
    onnx: Annotated[tuple[OnnxFacts, ...], BeforeValidator(_one_or_more)] = Field(min_length=1)
    regulatory: Regulatory
    applicability: Applicability
    preprocess: tuple[Op, ...] = ()
    inputs: tuple[InputBinding, ...] = ()
    inference: Inference = Inference()
    requires: tuple[Requirement, ...] = ()
    maps: tuple[MapOutput, ...] = ()
    boxes: tuple[Boxes, ...] = ()
    views: Views | None = None
    outputs: tuple[Output, ...] = Field(min_length=1)
    measures: tuple[MeasureOutput, ...] = ()
    region_measures: tuple[RegionMeasure, ...] = ()
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
