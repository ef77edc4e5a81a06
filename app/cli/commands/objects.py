"""`overread objects PATH`: everything in a place that is no picture, and whether what it refers to is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from app.domain.errors import OverreadError
from app.domain.study import Instance, Study
from app.studies.objects.object_types import AnyObject
from app.studies.objects.read import class_of, is_object, read_object
from app.studies.scan import refuse_if_nothing, scan
from app.support.i18n import explain, text, text_with


def register(tree: typer.Typer) -> None:
    """Add the command."""

    @tree.command("objects", help=text("cli.objects.help"))
    def objects(
        path: Annotated[Path, typer.Argument(help=text("cli.objects.path"))],
        as_json: Annotated[bool, typer.Option("--json", help=text("cli.objects.json"))] = False,
    ) -> None:
        report = scan([path])
        refuse_if_nothing(report, path)
        listed = listing(report.studies, waiting(report.studies))
        if as_json:
            typer.echo(json.dumps(listed, ensure_ascii=False, indent=1))
        else:
            _print(listed)


def waiting(studies: tuple[Study, ...]) -> frozenset[str]:
    """The studies whose AI results wait for the user's own reading: of their objects no more is told than the file."""
    from app.workflows.withheld import withheld_studies

    return withheld_studies(one.study_instance_uid for one in studies)


def listing(studies: tuple[Study, ...], withheld: frozenset[str] = frozenset()) -> dict[str, Any]:
    """One entry for each object, in the order of the studies; nothing in it names a patient."""
    here = {i.sop_instance_uid for study in studies for s in study.series for i in s.instances}
    entries = [
        _hidden(study, instance) if study.study_instance_uid in withheld else _entry(study, instance, here)
        for study in studies
        for series in study.series
        for instance in series.instances
        if is_object(instance.sop_class_uid, instance.frames)
    ]
    return {"objects": len(entries), "list": entries}


def _hidden(study: Study, instance: Instance) -> dict[str, Any]:
    return {
        "file": instance.path.name,
        "study_instance_uid": study.study_instance_uid,
        "class": "",
        "kind": "withheld",
        "reason": text("cli.gate.object_withheld"),
    }


def _entry(study: Study, instance: Instance, here: set[str]) -> dict[str, Any]:
    from app.workflows.foreign import is_ai_result

    entry: dict[str, Any] = {
        "file": instance.path.name,
        "study_instance_uid": study.study_instance_uid,
        "sop_instance_uid": instance.sop_instance_uid,
        "sop_class_uid": instance.sop_class_uid,
        "class": class_of(instance.sop_class_uid),
    }
    try:
        found = read_object(instance.path)
    except OverreadError as error:
        return {**entry, "kind": "refused", "reason": explain(error)}
    return {**entry, **_said(found, here), "ai_result": is_ai_result(found)}


def _said(found: AnyObject, here: set[str]) -> dict[str, Any]:
    head = found.head
    present = sum(reference.sop_instance_uid in here for reference in head.references)
    return {
        "kind": head.kind.value,
        "title": head.title,
        "label": head.label,
        "creator": {
            "manufacturer": head.maker.manufacturer,
            "model": head.maker.model,
            "software": head.maker.software,
            "algorithms": [
                {"name": one.name, "version": one.version, "type": one.kind} for one in head.maker.algorithms
            ],
        },
        "date": head.content_date,
        "verification": head.verification,
        "references": {
            "count": len(head.references),
            "present": present,
            "missing": len(head.references) - present,
        },
        "notices": [text_with(notice.key, dict(notice.facts)) for notice in head.notices],
    }


def _print(listed: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(
        *(text(f"cli.objects.{name}") for name in ("file", "kind", "title", "creator", "references"))
    )
    for one in listed["list"]:
        if "reason" in one:
            table.add_row(one["file"], one["class"], one["reason"], "", "")
            continue
        counts = one["references"]
        refers = text("cli.objects.refers", present=counts["present"], count=counts["count"])
        maker = " ".join(part for part in (one["creator"]["manufacturer"], one["creator"]["model"]) if part)
        table.add_row(one["file"], one["class"], one["title"], maker, refers)
    console.print(table)
