"""A made-up study on disk: CT series, radiograph and the truth beside them."""

from __future__ import annotations

from pathlib import Path

from pydicom.uid import UID

from app.domain.volume import CancelToken, Progress
from app.phantom.chest import chest_ct, chest_parts
from app.phantom.dicom import ct_header, ct_slice, radiograph_header, save
from app.phantom.disease import letter
from app.phantom.radiograph import Projection, chest_radiograph
from app.phantom.spec import PhantomSpec, covering_spec
from app.phantom.truth import chest_truth, instance_numbers, save_truth, study_uids

TRUTH_FILE = "truth.json"
_CT_SHARE = 0.6  # of the time, for the progress shown


def write_phantom_study(
    folder: Path,
    spec: PhantomSpec = PhantomSpec(),  # noqa: B008 - frozen
    *,
    radiograph: bool = True,
    view: Projection | None = None,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> Path:
    """Write the study under `folder` (CT/, CR/, truth.json); returns the path of truth.json.

    Raises OSError if the folder cannot be written, Cancelled if the token was cancelled.
    """
    shot = view or Projection()
    _write_ct(folder / "CT", spec, _part(progress, 0.0, _CT_SHARE if radiograph else 1.0), cancel)
    if radiograph:
        _write_radiograph(folder / "CR", spec, shot, _part(progress, _CT_SHARE, 1.0), cancel)
    path = folder / TRUTH_FILE
    save_truth(chest_truth(spec, shot), path)
    return path


def _write_ct(folder: Path, spec: PhantomSpec, progress: Progress | None, cancel: CancelToken | None) -> None:
    pixels, affine = chest_ct(spec, progress=progress, cancel=cancel)
    folder.mkdir(parents=True, exist_ok=True)
    uids = study_uids(spec)
    header = ct_header(spec, uids)
    for index, number in enumerate(instance_numbers(spec)):
        if cancel is not None:
            cancel.check()
        ct_slice(header, spec, affine, index, number)
        header.SOPInstanceUID = UID(uids.ct_instances[index])
        stored = pixels[index].astype("int32") - spec.intercept
        save(header, stored.clip(*spec.stored_range), folder / f"{number:05d}.dcm")


def _write_radiograph(
    folder: Path, spec: PhantomSpec, view: Projection, progress: Progress | None, cancel: CancelToken | None
) -> None:
    parts = chest_parts(spec.seed, healthy=spec.healthy, couch=False) + letter()
    picture = chest_radiograph(parts, view, spec.seed, progress=progress, cancel=cancel)
    header = radiograph_header(spec, study_uids(spec), view)
    if header.PhotometricInterpretation == "MONOCHROME1":
        picture = 4095 - picture
    folder.mkdir(parents=True, exist_ok=True)
    save(header, picture, folder / "00001.dcm")


def _part(progress: Progress | None, first: float, last: float) -> Progress | None:
    if progress is None:
        return None
    return lambda share, words: progress(first + (last - first) * share, words)


__all__ = ["PhantomSpec", "covering_spec", "write_phantom_study"]
