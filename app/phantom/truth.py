"""What is known of a made-up study, as dataclasses and as JSON."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.domain.geometry import lps_to_index
from app.phantom import disease
from app.phantom.labels import GROUND_GLASS, LEFT_LUNG, RIGHT_LUNG, chest_labels, lung_volume_ml
from app.phantom.radiograph import Projection
from app.phantom.spec import PhantomSpec, SliceOrder, grid_affine

Triple = tuple[float, float, float]
NOTICE = "Made-up images of an analytic phantom. No person was imaged. Not for primary diagnosis."
_NAMESPACE = uuid.UUID("6f1d7c0a-52c4-5e0e-9b57-2b8a4f0f7d11")


@dataclass(frozen=True, slots=True)
class NoduleTruth:
    """One nodule. ct_index is (slice in space, row, column); radiograph_mm is (x, y) in the image plane."""

    name: str
    center_lps_mm: Triple
    radius_mm: float
    volume_ml: float
    hu: float
    side: str
    lobe: str
    spiculated: bool
    ct_index: Triple
    ct_sop_instance_uid: str
    radiograph_mm: tuple[float, float]


@dataclass(frozen=True, slots=True)
class GroundGlassTruth:
    """The ground glass. share_of_lung is analytic; share_of_lung_on_grid counts voxel centres."""

    center_lps_mm: Triple
    semi_axes_mm: Triple
    volume_ml: float
    hu: float
    side: str
    lobe: str
    share_of_lung: float
    share_of_lung_on_grid: float


@dataclass(frozen=True, slots=True)
class LungTruth:
    """Volume within the pleura, and the share of it that is ground glass."""

    side: str
    volume_ml: float
    volume_ml_on_grid: float
    ground_glass_share: float


@dataclass(frozen=True, slots=True)
class MarkerTruth:
    """The metal ball on the patient's left."""

    center_lps_mm: Triple
    radius_mm: float
    hu: float
    side: str
    radiograph_mm: tuple[float, float]


@dataclass(frozen=True, slots=True)
class StudyUids:
    """Identifiers of one made-up study, the same for the same spec."""

    study: str
    ct_series: str
    cr_series: str
    frame_of_reference: str
    ct_instances: tuple[str, ...]  # in order of space, slice 0 first
    cr_instance: str


@dataclass(frozen=True, slots=True)
class ChestTruth:
    """All that is known; affine is that of the CT, (slice, row, column) -> LPS mm."""

    notice: str
    seed: int
    healthy: bool
    uids: StudyUids
    affine: tuple[tuple[float, ...], ...]
    nodules: tuple[NoduleTruth, ...]
    ground_glass: GroundGlassTruth | None
    lungs: tuple[LungTruth, ...]
    marker: MarkerTruth


def study_uids(spec: PhantomSpec) -> StudyUids:
    """UIDs under 2.25 (PS3.5 B.2) from the spec alone."""

    def uid(*words: object) -> str:
        return f"2.25.{uuid.uuid5(_NAMESPACE, '/'.join(map(str, (spec, *words)))).int}"

    return StudyUids(
        uid("study"),
        uid("ct"),
        uid("cr"),
        uid("frame of reference"),
        tuple(uid("ct", index) for index in range(spec.slices)),
        uid("cr", 0),
    )


def instance_numbers(spec: PhantomSpec) -> list[int]:
    """Instance Number of each slice in order of space; shuffled series do not follow space."""
    numbers = np.arange(1, spec.slices + 1)
    if spec.slice_order is SliceOrder.SHUFFLED:
        numbers = np.random.default_rng((spec.seed, 99)).permutation(numbers)
    return [int(number) for number in numbers]


def chest_truth(spec: PhantomSpec, view: Projection | None = None) -> ChestTruth:
    """The truth of a spec: analytic where there is a formula, and counted on the grid of the spec."""
    shot = view or Projection()
    uids = study_uids(spec)
    affine = grid_affine(spec)
    labels = np.bincount(chest_labels(spec).ravel(), minlength=16)
    voxel_ml = abs(float(np.linalg.det(affine[:3, :3]))) / 1000
    inner = {"right": int(labels[RIGHT_LUNG]), "left": int(labels[LEFT_LUNG])}
    nodules = () if spec.healthy else disease.NODULES
    for label, nodule in enumerate(nodules, start=GROUND_GLASS + 1):
        inner[nodule.side] += int(labels[label])
    glass = None if spec.healthy else disease.GROUND_GLASS
    if glass is not None:
        inner[glass.side] += int(labels[GROUND_GLASS])
    return ChestTruth(
        notice=NOTICE,
        seed=spec.seed,
        healthy=spec.healthy,
        uids=uids,
        affine=tuple(tuple(float(v) for v in row) for row in affine),
        nodules=tuple(_nodule(n, spec, uids, shot) for n in nodules),
        ground_glass=None if glass is None else _glass(glass, int(labels[GROUND_GLASS]), inner[glass.side]),
        lungs=tuple(_lung(side, inner[side] * voxel_ml, glass) for side in ("right", "left")),
        marker=_marker(shot),
    )


def save_truth(truth: ChestTruth, path: Path) -> None:
    """Write the truth as one JSON document."""
    path.write_text(json.dumps(asdict(truth), indent=2) + "\n", encoding="utf-8")


def load_truth(path: Path) -> dict[str, Any]:  # Any: a JSON document
    """Read a truth file back as plain values."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _nodule(nodule: disease.Nodule, spec: PhantomSpec, uids: StudyUids, shot: Projection) -> NoduleTruth:
    slice_, row, column = (float(v) for v in lps_to_index(grid_affine(spec), nodule.center_lps_mm))
    nearest = min(max(round(slice_), 0), spec.slices - 1)
    return NoduleTruth(
        name=nodule.name,
        center_lps_mm=nodule.center_lps_mm,
        radius_mm=nodule.radius_mm,
        volume_ml=nodule.volume_ml,
        hu=nodule.hu,
        side=nodule.side,
        lobe=nodule.lobe,
        spiculated=nodule.spicules > 0,
        ct_index=(slice_, row, column),
        ct_sop_instance_uid=uids.ct_instances[nearest],
        radiograph_mm=shot.project(nodule.center_lps_mm),
    )


def _glass(glass: disease.GroundGlass, voxels: int, lung_voxels: int) -> GroundGlassTruth:
    return GroundGlassTruth(
        glass.center_lps_mm,
        glass.semi_axes_mm,
        glass.volume_ml,
        glass.hu,
        glass.side,
        glass.lobe,
        share_of_lung=glass.volume_ml / lung_volume_ml(glass.side),
        share_of_lung_on_grid=voxels / max(lung_voxels, 1),
    )


def _lung(side: str, volume_ml_on_grid: float, glass: disease.GroundGlass | None) -> LungTruth:
    volume = lung_volume_ml(side)
    share = glass.volume_ml / volume if glass is not None and glass.side == side else 0.0
    return LungTruth(side, volume, volume_ml_on_grid, share)


def _marker(shot: Projection) -> MarkerTruth:
    center = disease.marker_center()
    return MarkerTruth(center, disease.MARKER_RADIUS_MM, disease.MARKER_HU, "left", shot.project(center))
