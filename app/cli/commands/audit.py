"""`overread audit`: read the audit, and prove that it is whole."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from app.audit.log import AuditLog
from app.domain.errors import AuditError
from app.support.i18n import text
from app.support.paths import user_paths
from app.workflows.audit import tell_alert, tell_used
from app.workflows.review import default_reader

AsJson = Annotated[bool, typer.Option("--json", help=text("audit.option.json"))]


def register(tree: typer.Typer) -> None:
    """Add `audit` with its sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help=text("audit.help.all"))
    commands.command("verify", help=text("audit.help.verify"))(verify)
    commands.command("show", help=text("audit.help.show"))(show)
    tree.add_typer(commands, name="audit")


def verify(
    head: Annotated[str, typer.Option(help=text("audit.option.head"))] = "", as_json: AsJson = False
) -> None:
    """Check every message; exit code 1, and an alert in the audit, if anything was altered or cut off."""
    audit = AuditLog(user_paths().data)
    if not audit.file.exists():
        typer.echo(text("audit.empty"))
        return
    proof = audit.verify(head)
    if as_json:
        typer.echo(json.dumps({**asdict(proof), "is_whole": proof.is_whole}))
    if not proof.is_whole:
        key = "error.audit.broken" if proof.broken_at else "error.audit.head_missing"
        tell_alert(audit, default_reader(), key)
        raise AuditError(key, file=audit.file.name, line=proof.broken_at)
    if not as_json:
        typer.echo(text("audit.whole", lines=proof.lines, head=proof.head))


def show(as_json: AsJson = False) -> None:
    """All messages; that they were read is a message too."""
    audit = AuditLog(user_paths().data)
    found = list(audit.messages())
    tell_used(audit, default_reader())
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for message in found:
        typer.echo(message)
