"""Every model package that is or was here, with what a site must know of it and all that happened to it (RQ-39)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.context import AppContext
from app.jobs.package_events import ACCEPTANCE, INSTALLED, PAUSED, REMOVED, RESUMED, PackageEvent, last_of
from app.support.i18n import text_with

if TYPE_CHECKING:
    from inference.catalog import PackageEntry

FIELDS = (
    "name",
    "version",
    "sha256",
    "licence_code",
    "licence_data",
    "intended_use",
    "acceptance",
    "acceptance_date",
    "installed",
    "status",
)
ACTIVE, REFUSED, PAUSED_NOW, GONE, SHIPPED = "active", "refused", "paused", "removed", "shipped"


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """One content of a package; the fields are those of FIELDS. why: of its status, in words. newest event last."""

    name: str
    version: str
    sha256: str
    licence_code: str
    licence_data: str
    intended_use: str
    acceptance: str
    acceptance_date: str
    installed: str
    status: str
    why: str = ""
    signature: str = ""
    history: tuple[PackageEvent, ...] = ()


def inventory(ctx: AppContext, *, thorough: bool = True) -> tuple[InventoryRow, ...]:
    """What is here, then what was removed. thorough checks every package whole; else manifests alone are read."""
    from inference.catalog import find_packages
    from inference.hashes import SUMS, package_sha256

    rows: list[InventoryRow] = []
    for entry in find_packages(ctx.model_folders, thorough=thorough):
        sha256 = package_sha256(entry.folder) if (entry.folder / SUMS).is_file() else ""
        rows.append(_present(ctx, entry, sha256))
    here = {row.sha256 for row in rows}
    return (*rows, *_gone(ctx, here))


def package_events_words(event: PackageEvent) -> str:
    """One event as a line."""
    return text_with(
        f"model.event.{event.kind}",
        {"version": event.version, "by": event.by or "-", "why": "", **event.facts},
    )


def _present(ctx: AppContext, entry: PackageEntry, sha256: str) -> InventoryRow:
    manifest = entry.manifest
    name = manifest.name if manifest else entry.folder.name
    history = ctx.runtime.packages.events(package=name)
    own = tuple(one for one in history if one.sha256 == sha256)
    installed, accepted = last_of(own, INSTALLED), last_of(own, ACCEPTANCE)
    status, why = _status(entry, own, _is_users(ctx, entry.folder))
    licence = manifest.viewer.licence if manifest else None
    return InventoryRow(
        name=name,
        version=manifest.version if manifest else "",
        sha256=sha256,
        licence_code="" if licence is None else f"{licence.code}; weights {licence.weights}",
        licence_data="" if licence is None else licence.training_data,
        intended_use=manifest.intended_use if manifest else "",
        acceptance=accepted.facts.get("result", "") if accepted else "",
        acceptance_date=accepted.at[:10] if accepted else "",
        installed=installed.at[:10] if installed else "",
        status=status,
        why=why,
        signature=installed.facts.get("signature", "") if installed else "",
        history=history,
    )


def _status(entry: PackageEntry, own: tuple[PackageEvent, ...], is_users: bool) -> tuple[str, str]:
    if entry.problems:
        return REFUSED, " ".join(text_with(one.key, one.facts) for one in entry.problems[:3])
    held = last_of(own, PAUSED, RESUMED)
    if held is not None and held.kind == PAUSED:
        return PAUSED_NOW, held.facts.get("why", "")
    return (ACTIVE if is_users else SHIPPED), ""


def _is_users(ctx: AppContext, folder: Path) -> bool:
    return folder.is_relative_to(ctx.paths.models)


def _gone(ctx: AppContext, here: set[str]) -> list[InventoryRow]:
    """Contents that were installed once and lie nowhere any more; their facts are those noted then."""
    rows: dict[str, InventoryRow] = {}
    every = ctx.runtime.packages.events()
    for event in (one for one in every if one.kind == INSTALLED and one.sha256 not in here):
        own = tuple(one for one in every if one.sha256 == event.sha256)
        removed, accepted = last_of(own, REMOVED), last_of(own, ACCEPTANCE)
        rows[event.sha256] = InventoryRow(
            event.package,
            event.version,
            event.sha256,
            event.facts.get("licence_code", ""),
            event.facts.get("licence_data", ""),
            event.facts.get("intended_use", ""),
            accepted.facts.get("result", "") if accepted else "",
            accepted.at[:10] if accepted else "",
            event.at[:10],
            GONE,
            removed.at[:10] if removed else "",
            event.facts.get("signature", ""),
            tuple(one for one in every if one.package == event.package),
        )
    return list(rows.values())
