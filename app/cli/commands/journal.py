"""`overread journal verify`: prove that no verdict was altered, moved or removed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.domain.errors import JournalError
from app.findings.journal import VerifyReport, verify_file
from app.findings.mask_check import MaskReport, check_masks
from app.support.i18n import text
from app.support.paths import user_paths


def register(tree: typer.Typer) -> None:
    """Add `journal` with its sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help=text("journal.help.all"))
    commands.command("verify", help=text("journal.help.verify"))(verify)
    tree.add_typer(commands, name="journal")


def verify(
    file: Annotated[Path | None, typer.Argument(help=text("journal.option.file"))] = None,
    head: Annotated[str, typer.Option(help=text("journal.option.head"))] = "",
    as_json: Annotated[bool, typer.Option("--json", help=text("journal.option.json"))] = False,
) -> None:
    """Check every entry of a journal; exit code 1 if anything was altered or cut off."""
    chosen = file or user_paths().journal_file
    report = verify_file(chosen, head)
    masks = check_masks(chosen, chosen.parent / "masks") if report.is_whole else MaskReport(0)
    if as_json:
        whole = report.is_whole and masks.is_whole
        typer.echo(json.dumps({**asdict(report), "masks": asdict(masks), "is_whole": whole}))
    if not report.is_whole:
        raise JournalError(report.problem_key, entry=report.broken_at, file=chosen.name)
    if not masks.is_whole:
        broken = (*masks.missing, *masks.damaged)
        raise JournalError("journal.verify.masks_broken", count=len(broken), of=masks.files, file=broken[0])
    if not as_json:
        for sentence in (*sentences(report), *mask_sentences(masks)):
            typer.echo(sentence)


def mask_sentences(masks: MaskReport) -> list[str]:
    """What is said of masks; nothing where there are none."""
    return [text("journal.verify.masks", count=masks.files)] if masks.files else []


def sentences(report: VerifyReport) -> list[str]:
    """What a whole journal's report says, in words."""
    if not report.entries:
        return [text("journal.verify.empty")]
    said = [text("journal.verify.whole", entries=report.entries, head=report.head)]
    if not report.is_witnessed:
        said.append(text("journal.verify.no_witness"))
    return [*said, text("journal.verify.sealed")] if report.is_sealed else said
