"""Whether a package may run here and now: its golden test, its pauses, and the rules that stop it (RQ-24, RQ-40)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.analysis.stop_rule import DAYS, Broken, Limits, broken_rule, fared
from app.context import AppContext
from app.domain.errors import ModelRefusedError
from app.domain.finding import Verdict
from app.domain.volume import Cancelled, CancelToken
from app.jobs.package_events import (
    GOLDEN_FAILED,
    GOLDEN_PASSED,
    LIMITS,
    PAUSED,
    RESUMED,
    PackageEvent,
    last_of,
)
from app.support.i18n import text, text_with

if TYPE_CHECKING:
    from inference.bundle import Bundle
    from inference.errors import Problem

ITSELF = "overread"  # who pauses where no person did
JUDGED = (Verdict.ACCEPTED, Verdict.EDITED, Verdict.REJECTED)


def fit_to_run(
    ctx: AppContext, bundle: Bundle, providers: tuple[str, ...], cancel: CancelToken | None = None
) -> None:
    """Let a package run, or say why not. Raises ModelRefusedError (paused, golden test failed), Cancelled."""
    _refuse_if_paused(ctx, bundle)
    ensure_golden(ctx, bundle, providers, cancel or CancelToken())


def ensure_golden(ctx: AppContext, bundle: Bundle, providers: tuple[str, ...], cancel: CancelToken) -> None:
    """Run the golden test unless it passed before with this very runtime, driver and choice of devices.

    A package that fails is paused. Raises ModelRefusedError, Cancelled.
    """
    from inference.client import CancelledRun
    from inference.fingerprint import fingerprint, runtime_facts

    here = fingerprint({**runtime_facts(), "providers": ",".join(providers)})
    events = ctx.runtime.packages.events(sha256=bundle.sha256)
    last = last_of(
        tuple(one for one in events if one.facts.get("runtime") == here), GOLDEN_PASSED, GOLDEN_FAILED
    )
    if last is not None and last.kind == GOLDEN_PASSED:
        return
    try:
        answer = ctx.client.golden(bundle, providers, lambda: cancel.cancelled)
    except CancelledRun as wish:
        raise Cancelled from wish
    passed, facts = golden_facts(answer)
    kind = GOLDEN_PASSED if passed else GOLDEN_FAILED
    note(ctx, bundle, kind, {**facts, "runtime": here}, by=ITSELF)
    if not passed:
        why = text_with("model.paused.golden", facts)
        pause(ctx, bundle, why, by=ITSELF)
        _refuse_if_paused(ctx, bundle)


def golden_facts(answer: dict[str, Any] | Problem) -> tuple[bool, dict[str, str]]:
    """Whether a golden test passed, and its device, largest difference and what was allowed, or why it did not run."""
    from inference.errors import Problem

    if isinstance(answer, Problem):
        why = text_with(answer.key, answer.facts)
        return False, {"device": "-", "difference": "-", "allowed": "-", "why": why}
    worst = max(answer["cases"], key=lambda case: case["difference"] / max(case["allowed"], 1e-12))
    facts = {
        "device": str(answer["provider"]),
        "difference": f"{worst['difference']:.2g}",
        "allowed": f"{worst['allowed']:g}",
    }
    # Not "not larger": a difference that is no number has passed nothing.
    passed = all(case["difference"] <= case["allowed"] for case in answer["cases"])
    why = "" if passed else text("model.paused.golden_off", **facts)
    return passed, {**facts, "why": why}


def note(ctx: AppContext, bundle: Bundle, kind: str, facts: dict[str, str], by: str = "") -> None:
    """Write down what happened to a package."""
    manifest = bundle.manifest
    ctx.runtime.packages.add(
        PackageEvent(manifest.name, manifest.version, bundle.sha256, kind, facts, by or ctx.reader)
    )


def pause(ctx: AppContext, bundle: Bundle, why: str, by: str = "") -> None:
    """Stop a package until somebody lets it run again."""
    note(ctx, bundle, PAUSED, {"why": why}, by)


def resume(ctx: AppContext, bundle: Bundle, why: str = "", by: str = "") -> None:
    """Let a paused package run again; what was counted before does not count any more."""
    note(ctx, bundle, RESUMED, {"why": why}, by)


def paused(ctx: AppContext, sha256: str) -> PackageEvent | None:
    """The pause that holds for a package, or None."""
    last = last_of(ctx.runtime.packages.events(sha256=sha256), PAUSED, RESUMED)
    return last if last is not None and last.kind == PAUSED else None


def limits_of(ctx: AppContext, name: str) -> Limits:
    """What the site has set for a package, by its name; the defaults otherwise."""
    told = last_of(ctx.runtime.packages.events(package=name), LIMITS)
    if told is None:
        return Limits()
    return Limits(float(told.facts.get("defects", Limits().defects)), float(told.facts.get("concordance", 0)))


def apply_stop_rules(ctx: AppContext, bundle: Bundle) -> str:
    """Pause a package whose last month breaks a rule; returns why in words, '' while none is broken.

    Only runs and verdicts on exactly this content count: another version begins anew.
    """
    if paused(ctx, bundle.sha256) is not None:
        return ""
    since = _since(ctx, bundle.sha256)
    runs = ctx.runtime.runs.of_package(bundle.sha256, since)
    limits = limits_of(ctx, bundle.manifest.name)
    judged = _judged(ctx, bundle.sha256, since) if limits.concordance else []
    broken = broken_rule(fared([one.defects for one in runs], judged), limits)
    if broken is None:
        return ""
    rule, share, limit = broken
    key = "model.paused.defects" if rule is Broken.DEFECTS else "model.paused.concordance"
    why = text_with(key, {"share": f"{100 * share:.0f}", "limit": f"{100 * limit:.0f}", "days": DAYS})
    pause(ctx, bundle, why, by=ITSELF)
    return why


def _refuse_if_paused(ctx: AppContext, bundle: Bundle) -> None:
    held = paused(ctx, bundle.sha256)
    if held is not None:
        why = held.facts.get("why", "").rstrip(".")
        raise ModelRefusedError(
            "error.model.paused",
            package=bundle.key,
            why=why,
            by=held.by,
            since=held.at[:16].replace("T", " "),
        )


def _since(ctx: AppContext, sha256: str) -> str:
    """The beginning of the last month, or of the time since it was let run again."""
    month = (datetime.now(UTC) - timedelta(days=DAYS)).isoformat(timespec="microseconds")
    resumed = last_of(ctx.runtime.packages.events(sha256=sha256), RESUMED)
    return max(month, resumed.at) if resumed else month


def _judged(ctx: AppContext, sha256: str, since: str) -> list[bool]:
    """Of each finding of the package that a reader judged lately, whether it was accepted as it was."""
    from app.workflows.review import readings_of

    found: list[bool] = []
    for reading in readings_of(ctx.journal):
        ours = {one.result_id for one in reading.results if one.package.sha256 == sha256}
        found += [
            one.verdict is Verdict.ACCEPTED
            for one in reading.judgements
            if one.finding.result_id in ours and one.verdict in JUDGED and one.at >= since
        ]
    return found
