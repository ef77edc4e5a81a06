"""The same tiny study in every wrapping: folder, disc, archives; and attacks in the same wrappings."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.studies.source_types import SecretKind, Surroundings
from tests.support.dicom_files import ct_dataset, write

PASSWORD = "Пароль-9"
SLICES = 4
STUDY = "1.2.826.0.1.3680043.10.1"
OTHER_STUDY = "1.2.826.0.1.3680043.10.2"


def made_study(folder: Path) -> list[Path]:
    """Two studies of two patients: a CT of four slices, and a single MR image of an earlier day."""
    files = []
    for number in range(SLICES):
        pixels = bytes(range(number, number + 160))
        dataset = ct_dataset(
            StudyInstanceUID=STUDY,
            StudyID="7",  # a directory of a disc needs one
            SeriesInstanceUID=f"{STUDY}.1",
            SOPInstanceUID=f"{STUDY}.1.{number + 1}",
            ImagePositionPatient=[-10.0, -20.0, 30.0 + 2.0 * number],
            InstanceNumber=number + 1,
            PixelData=pixels,
        )
        files.append(write(dataset, folder / "CT" / f"IM{number:04d}"))
    other = ct_dataset(
        StudyInstanceUID=OTHER_STUDY,
        StudyID="8",
        SeriesInstanceUID=f"{OTHER_STUDY}.1",
        SOPInstanceUID=f"{OTHER_STUDY}.1.1",
        StudyDate="20250301",
        Modality="MR",
        PatientName="Roe^Richard",
        PatientID="456",
        AccessionNumber="B12",
    )
    files.append(write(other, folder / "MR" / "IM0000"))
    return files


def zip_of(folder: Path, target: Path) -> Path:
    """A plain ZIP of a folder."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return target


def locked_zip_of(folder: Path, target: Path, password: str = PASSWORD) -> Path:
    """An AES-256 ZIP of a folder."""
    import pyzipper

    with pyzipper.AESZipFile(
        target, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(password.encode())
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            archive.write(path, path.relative_to(folder))
    return target


def tar_of(folder: Path, target: Path) -> Path:
    """A tar of a folder, packed as its name says."""
    packing = {".gz": "gz", ".tgz": "gz", ".bz2": "bz2", ".xz": "xz"}.get(target.suffix, "")
    with tarfile.open(target, f"w:{packing}") as archive:  # type: ignore[call-overload]  # the mode is put together
        archive.add(folder, arcname="disc")
    return target


def zip_with(target: Path, members: Mapping[str, bytes], *, modes: Mapping[str, int] | None = None) -> Path:
    """A ZIP of these members, under exactly these names and Unix modes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo("placeholder")
            info.filename = name
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (modes or {}).get(name, 0o100644) << 16
            archive.writestr(info, content)
    return target


def tar_with(target: Path, members: Sequence[tuple[tarfile.TarInfo, bytes]]) -> Path:
    """A tar of these members."""
    packing = "w:gz" if target.name.endswith("gz") else "w"
    with tarfile.open(target, packing) as archive:  # type: ignore[call-overload]  # the mode is put together
        for info, content in members:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return target


def around(cache: Path, password: str | None = None) -> Surroundings:
    """Surroundings of a test, with somebody who knows one password."""

    def answer(_kind: SecretKind, _target: str) -> str | None:
        return password

    return Surroundings(cache, ask_secret=answer)
