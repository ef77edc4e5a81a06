"""Model packages as the rest of the product sees them: found, checked, named, and run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.analysis.package_facts import OutputFacts, PackageFacts
from app.analysis.run_package import RunModel
from app.domain.codes import Code
from app.domain.errors import ModelRefusedError
from app.domain.finding import PackageRef
from app.domain.volume import Cancelled, CancelToken, Progress
from app.support.i18n import text, text_with
from inference.types import ModelInput, ModelOutput

if TYPE_CHECKING:
    from inference.bundle import Bundle
    from inference.client import ModelClient
    from inference.errors import PackageError
    from inference.vocabulary import Output

MANY_PROBLEMS = 5
OPERATING_POINT = 0.5  # where op_norm puts the threshold


def open_package(name: str, folders: Sequence[Path]) -> Bundle:
    """A package by its folder, or by its name or name-version among those in the folders (the newest, if several).

    Raises ModelRefusedError if there is none or it does not pass its checks.
    """
    from inference.bundle import load_bundle
    from inference.errors import PackageError

    folder = Path(name)
    try:
        return load_bundle(folder if folder.is_dir() else _find(name, folders))
    except PackageError as error:
        raise refused(error) from error


def facts_of(bundle: Bundle) -> PackageFacts:
    """Words, codes and thresholds of a package's trained outputs."""
    viewer = bundle.manifest.viewer
    package = PackageRef(bundle.manifest.name, bundle.manifest.version, bundle.sha256, viewer.device_uid)
    trained = [one for one in viewer.outputs if one.trained]
    only = trained[0] if len(trained) == 1 and viewer.study_score in (None, trained[0].score) else None
    return PackageFacts(
        package,
        {one.key: _output(one) for one in trained},
        viewer.regulatory.not_for,
        None if only is None or only.score is None else _threshold(only),
    )


def run_in(
    client: ModelClient,
    bundle: Bundle,
    providers: tuple[str, ...],
    progress: Progress | None,
    cancel: CancelToken,
) -> RunModel:
    """The run of a package in the client's child process; raises Cancelled, ModelRefusedError."""
    from inference.client import CancelledRun
    from inference.errors import PackageError

    def tell(share: float, key: str) -> None:
        if progress is not None:
            progress(share, text(key))

    def run(given: ModelInput) -> ModelOutput:
        try:
            output = client.run(
                bundle, given, progress=tell, cancel=lambda: cancel.cancelled, providers=providers
            )
        except PackageError as error:
            raise refused(error) from error
        except CancelledRun as wish:
            raise Cancelled from wish
        return output

    return run


def refused(error: PackageError) -> ModelRefusedError:
    """All that is wrong with a package in one sentence; the first few where there is a lot."""
    words = [text_with(problem.key, problem.facts).rstrip(".") for problem in error.problems]
    rest = len(words) - MANY_PROBLEMS
    listed = "; ".join(words[:MANY_PROBLEMS]) + (f"; +{rest}" if rest > 0 else "")
    return ModelRefusedError("error.run.package_refused", package=error.folder, problems=listed)


def _find(name: str, folders: Sequence[Path]) -> Path:
    from inference.catalog import find_packages

    entries = find_packages(folders, thorough=False)
    fitting = [
        one
        for one in entries
        if name
        in (
            one.folder.name,
            *((one.manifest.name, f"{one.manifest.name}-{one.manifest.version}") if one.manifest else ()),
        )
    ]
    if not fitting:
        known = ", ".join(one.manifest.name for one in entries if one.manifest) or "-"
        raise ModelRefusedError("error.run.no_such_package", package=name, known=known)
    return max(fitting, key=lambda one: _version_key(one.manifest.version if one.manifest else "")).folder


def _version_key(version: str) -> tuple[int, ...]:
    """Numbers of a semantic version; what stands behind - or + does not count."""
    plain = version.split("-", maxsplit=1)[0].split("+", maxsplit=1)[0]
    return tuple(int(part) for part in plain.split(".") if part.isdigit())


def _output(one: Output) -> OutputFacts:
    code = None if one.code is None else Code(one.code.value, one.code.scheme, one.code.meaning)
    return OutputFacts(one.key, one.label, code, _threshold(one), one.finding_site)


def _threshold(one: Output) -> float | None:
    """Scores that are normalised to their operating point are judged at one half."""
    return OPERATING_POINT if one.score_transform == "op_norm" else one.threshold
