"""What one file says of how its values are meant and shown, beyond slope, intercept and windows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.display import LookupTable, RealWorldMap, ShutterShapes
from app.domain.errors import PixelsUnreadableError, StudyUnreadableError
from app.studies.lookup_tables import read_table
from app.studies.overlays import OverlayGroup, read_groups
from app.studies.shutters import read_shutter
from app.studies.slow_headers import damage, read_dataset
from app.studies.tags import MODALITY_LUT, OVERLAY_ROWS, REAL_WORLD_MAPS, SHUTTER_SHAPE, VOI_LUT

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SHOWING_TAGS = OVERLAY_ROWS | {MODALITY_LUT, REAL_WORLD_MAPS, SHUTTER_SHAPE, VOI_LUT}
MOST_TABLES = 64  # ours: more VOI tables than this in one file are no choice for a reader


@dataclass(frozen=True, slots=True, eq=False)
class Showing:
    """Of one file. The counts tell what is there but cannot be read, and so is not in force."""

    modality_table: LookupTable | None = None
    voi_tables: tuple[LookupTable, ...] = ()
    overlays: tuple[OverlayGroup, ...] = ()
    shutter: ShutterShapes | None = None
    real_world: tuple[RealWorldMap, ...] = ()
    lost_tables: int = 0
    lost_overlays: int = 0
    lost_shutters: int = 0


@dataclass(frozen=True, slots=True)
class StoredKind:
    """How values go into tables: stored values signed, modality values (without a modality LUT) below 0."""

    signed: bool
    negative: bool


PLAIN = Showing()


def read_showing(path: Path, noted: Collection[int], kind: StoredKind) -> Showing:
    """Read a file that has any of SHOWING_TAGS.

    Raises PixelsUnreadableError where the modality LUT cannot be read: stored values must never pass for modality
    values. Whatever only concerns showing is counted instead.
    """
    try:
        dataset = read_dataset(path)
    except StudyUnreadableError as error:
        raise _refusal(path, "header") from error
    little = dataset.original_encoding[1] is not False
    modality = _modality_table(path, dataset, kind, little=little)
    tables, lost_tables = _voi_tables(
        dataset, signed=kind.negative if modality is None else False, little=little
    )
    overlays, lost_overlays = read_groups(dataset, little=little) if set(noted) & OVERLAY_ROWS else ((), 0)
    shutter, is_shutter_lost = read_shutter(dataset, read_aspect(dataset))
    return Showing(
        modality_table=modality,
        voi_tables=tables,
        overlays=overlays,
        shutter=shutter,
        real_world=read_real_world([dataset]),
        lost_tables=lost_tables,
        lost_overlays=lost_overlays,
        lost_shutters=int(is_shutter_lost),
    )


def read_real_world(holders: Sequence[Dataset | None]) -> tuple[RealWorldMap, ...]:
    """The linear maps of the first data set or group that has any; one that cannot be read is left out."""
    for holder in holders:
        items = holder.get("RealWorldValueMappingSequence") if holder is not None else None
        if items:
            return tuple(found for item in items if (found := _real_world(item)) is not None)
    return ()


def read_aspect(dataset: Dataset) -> float:
    """Row spacing by column spacing; 1 where nothing is said (PS3.3 10.7.1.3 and C.7.6.3.1.7)."""
    for keyword in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing", "PixelAspectRatio"):
        pair = dataset.get(keyword)
        if pair is not None and not isinstance(pair, str) and len(pair) == 2 and min(map(float, pair)) > 0:
            return float(pair[0]) / float(pair[1])
    return 1.0


def _modality_table(path: Path, dataset: Dataset, kind: StoredKind, *, little: bool) -> LookupTable | None:
    try:
        items = dataset.get("ModalityLUTSequence")
        return read_table(items[0], signed=kind.signed, little=little) if items else None
    except damage() as error:
        raise _refusal(path, "modality LUT") from error


def _voi_tables(dataset: Dataset, *, signed: bool, little: bool) -> tuple[tuple[LookupTable, ...], int]:
    found, lost = [], 0
    for item in list(dataset.get("VOILUTSequence") or ())[:MOST_TABLES]:
        try:
            found.append(read_table(item, signed=signed, little=little))
        except damage():
            lost += 1
    return tuple(found), lost


def _real_world(item: Dataset) -> RealWorldMap | None:
    """None for a map by table, or one that cannot be read."""
    try:
        if "RealWorldValueSlope" not in item:
            return None
        units = item.get("MeasurementUnitsCodeSequence")
        return RealWorldMap(
            slope=float(item.RealWorldValueSlope),
            intercept=float(item.get("RealWorldValueIntercept", 0.0)),
            first=float(_end(item, "First")),
            last=float(_end(item, "Last")),
            unit=str(units[0].get("CodeValue", "")) if units else "",
            label=str(item.get("LUTLabel") or item.get("LUTExplanation") or "").strip(),
        )
    except damage():
        return None


def _end(item: Dataset, which: str) -> float:
    whole = item.get(f"RealWorldValue{which}ValueMapped")
    return float(whole if whole is not None else item[f"DoubleFloatRealWorldValue{which}ValueMapped"].value)


def _refusal(path: Path, what: str) -> PixelsUnreadableError:
    return PixelsUnreadableError("error.pixels.bad_header", file=path.name, what=what)
