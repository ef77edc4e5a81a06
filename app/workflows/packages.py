"""Model packages of this user: listed, checked, installed, removed; what happens to them is written down."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.analysis.packages import open_package
from app.context import AppContext
from app.domain.errors import ModelRefusedError
from app.domain.volume import CancelToken
from app.jobs.package_events import ACCEPTANCE, INSTALLED, LIMITS, REMOVED
from app.studies.archive_limits import Budget
from app.studies.unzip import unzip
from app.support.i18n import text, text_with
from app.support.whole_files import copy_files
from app.workflows.fitness import golden_facts, note
from inference.catalog import PackageEntry, find_packages
from inference.signature import SignatureReport, Signed, check_signature

if TYPE_CHECKING:
    from inference.bundle import Bundle

CPU = ("CPUExecutionProvider",)
UNSIGNED = SignatureReport(Signed.UNSIGNED)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a look at a package gave; problems are whole sentences, none of them where it is sound."""

    package: str
    files: int
    problems: tuple[str, ...]
    device: str = "-"
    difference: str = "-"
    signature: SignatureReport = UNSIGNED

    @property
    def is_sound(self) -> bool:
        """Whether it may be used."""
        return not self.problems


def all_packages(ctx: AppContext) -> tuple[PackageEntry, ...]:
    """Every package of the user and of the product, sound or not."""
    return find_packages(ctx.model_folders)


def trusted_keys(ctx: AppContext, more: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Public keys whose signatures count: those of the user's folder, and those named now."""
    folder = ctx.paths.model_keys
    return (*more, *(sorted(folder.glob("*.pem")) if folder.is_dir() else ()))


def check(ctx: AppContext, folder: Path, keys: Sequence[Path] = ()) -> CheckReport:
    """Everything that is wrong with a package at once: files, manifest, graph, signature, golden test."""
    from inference.bundle import every_problem, load_bundle
    from inference.errors import PackageError

    found = every_problem(folder)
    problems = [text_with(one.key, one.facts) for one in found]
    signature = check_signature(folder, trusted_keys(ctx, keys)) if folder.is_dir() else UNSIGNED
    if signature.state is Signed.REFUSED and signature.problem is not None:
        problems.append(text_with(signature.problem.key, signature.problem.facts))
    files = sum(path.is_file() for path in folder.rglob("*")) if folder.is_dir() else 0
    if problems:
        return CheckReport(folder.name, files, tuple(problems), signature=signature)
    try:
        bundle = load_bundle(folder)
    except PackageError as error:  # it changed since the lines above
        said = tuple(text_with(one.key, one.facts) for one in error.problems)
        return CheckReport(folder.name, files, said, signature=signature)
    passed, facts = golden_facts(ctx.client.golden(bundle, CPU))
    said = () if passed else (facts["why"],)
    return CheckReport(bundle.key, files, said, facts["device"], facts["difference"], signature)


def install(ctx: AppContext, place: Path, *, consent: bool, keys: Sequence[Path] = ()) -> Path:
    """Check a folder or ZIP file, then copy it to the user's models; a failure leaves nothing.

    consent: that a package without a signature that can be checked may be used. Raises ModelRefusedError, OSError.
    """
    with _unpacked(place) as folder:
        report = check(ctx, folder, keys)
        if not report.is_sound:
            raise ModelRefusedError(
                "error.model.unsound",
                package=report.package,
                count=len(report.problems),
                first=report.problems[0].rstrip("."),
            )
        signed = report.signature
        if signed.state is not Signed.VERIFIED and not consent:
            why = text(f"model.signature.{signed.state.value}", signer=signed.signer[:16] or "-")
            raise ModelRefusedError("error.model.consent", package=report.package, why=why)
        bundle = open_package(str(folder), ())
        target = ctx.paths.models / bundle.key
        if target.exists():
            raise ModelRefusedError("error.model.exists", package=bundle.key, folder=str(target))
        _copy_checked(folder, target, bundle)
    note(ctx, bundle, INSTALLED, _facts(bundle, signed, consent=consent))
    return target


def remove(ctx: AppContext, name: str) -> str:
    """Take an installed package away; its history stays. Raises ModelRefusedError, OSError."""
    folder = ctx.paths.models / name
    entry = next(
        (one for one in find_packages((ctx.paths.models,), thorough=False) if _is_named(one, name)), None
    )
    if entry is None and not (folder.parent == ctx.paths.models and folder.is_dir()):
        raise ModelRefusedError("error.model.not_installed", package=name)
    place = entry.folder if entry else folder
    bundle = _bundle_or_none(place)
    gone = place.with_name(f".removing-{place.name}")
    place.rename(gone)  # at once, so that no run finds half of it
    shutil.rmtree(gone)
    if bundle is not None:
        note(ctx, bundle, REMOVED, {})
    return place.name


def accept(ctx: AppContext, bundle: Bundle, result: str) -> None:
    """Write down what a site's own acceptance test of a package gave."""
    note(ctx, bundle, ACCEPTANCE, {"result": result})


def set_limits(ctx: AppContext, bundle: Bundle, defects: float, concordance: float) -> None:
    """Set when a package is to be stopped. Raises ModelRefusedError for shares outside 0 to 1."""
    if not (0 < defects <= 1 and 0 <= concordance <= 1):
        raise ModelRefusedError("error.model.limits", defects=defects, concordance=concordance)
    note(ctx, bundle, LIMITS, {"defects": f"{defects:g}", "concordance": f"{concordance:g}"})


def _facts(bundle: Bundle, signed: SignatureReport, *, consent: bool) -> dict[str, str]:
    """What the inventory says of a package after it is gone too."""
    manifest = bundle.manifest
    licence = manifest.viewer.licence
    by_hand = consent and signed.state is not Signed.VERIFIED
    return {
        "licence_code": f"{licence.code}; weights {licence.weights}",
        "licence_data": licence.training_data,
        "intended_use": manifest.intended_use,
        "signature": f"{signed.state.value}{', used by consent' if by_hand else ''} {signed.signer[:16]}".strip(),
    }


def _copy_checked(folder: Path, target: Path, bundle: Bundle) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".installing-") as parts:
        copied = Path(parts) / bundle.key
        copy_files(folder, copied)
        if open_package(str(copied), ()).sha256 != bundle.sha256:  # what was checked is what was copied
            raise ModelRefusedError("error.model.changed_meanwhile", package=bundle.key)
        copied.rename(target)


@contextmanager
def _unpacked(place: Path) -> Iterator[Path]:
    """The folder itself, or what a ZIP file holds, within the bounds for archives. Raises ModelRefusedError."""
    if not place.is_file():
        yield place
        return
    with tempfile.TemporaryDirectory(prefix="overread-package-") as made:
        folder = Path(made)
        budget = Budget(place, folder, CancelToken())
        unzip(place, budget, lambda: None)
        if budget.refused:
            said = text_with(budget.refused[0].reason_key, dict(budget.refused[0].facts))
            raise ModelRefusedError("error.model.archive", file=place.name, why=said.rstrip("."))
        inner = [one for one in folder.iterdir() if one.is_dir()]
        alone = len(inner) == 1 and not (folder / "configs").is_dir()
        yield inner[0] if alone else folder


def _is_named(entry: PackageEntry, name: str) -> bool:
    manifest = entry.manifest
    return name in (entry.folder.name, f"{manifest.name}-{manifest.version}" if manifest else "")


def _bundle_or_none(folder: Path) -> Bundle | None:
    from inference.bundle import load_bundle
    from inference.errors import PackageError

    try:
        return load_bundle(folder)
    except PackageError:
        return None
