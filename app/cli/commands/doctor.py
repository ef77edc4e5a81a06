"""`overread doctor`: what this machine has for reading, drawing and running models, and what is missing."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any

import typer

from app.domain.errors import DeviceError
from app.support.i18n import text
from app.support.paths import UserPaths, resource_dir, user_paths

LIBRARIES = (
    "PySide6-Essentials",
    "vtk",
    "pydicom",
    "highdicom",
    "numpy",
    "onnx",
    "onnxruntime-gpu",
    "onnxruntime",
)


def register(tree: typer.Typer) -> None:
    """Add the command."""

    @tree.command("doctor", help=text("cli.doctor.help"))
    def doctor(
        as_json: Annotated[bool, typer.Option("--json", help=text("cli.index.json"))] = False,
    ) -> None:
        report = examine()
        if as_json:
            typer.echo(json.dumps(report, ensure_ascii=False, indent=1))
        else:
            _print(report)
        if report["problems"]:
            raise DeviceError("doctor.problems", count=len(report["problems"]), first=report["problems"][0])


def examine() -> dict[str, Any]:
    """Everything; `problems` has one plain sentence for each thing that will not work here."""
    report: dict[str, Any] = {
        "overread": _version("overread") or _checkout_version(),
        "system": {
            "platform": platform.platform(),
            "python": platform.python_version(),
            "cores": os.cpu_count(),
        },
        "libraries": {name: found for name in LIBRARIES if (found := _version(name))},
        "memory": _memory(),
        "devices": _devices(),
        "renderer": _renderer(),
        "codecs": _codecs(),
        "models": _models(),
        "folders": _folders(user_paths()),
        "copies": _copies(user_paths()),
    }
    report["notice"] = text("cli.doctor.notice")
    report["problems"] = _problems(report)
    return report


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _checkout_version() -> str:
    from app.workflows.export import tool_version

    return tool_version()


def _memory() -> dict[str, int]:
    import psutil

    found = psutil.virtual_memory()
    return {"physical_mib": found.total >> 20, "available_mib": found.available >> 20}


def _devices() -> dict[str, Any]:
    """What a session of the runtime really lands on; `built_with` alone promises nothing."""
    from inference.probe import probe_runtime

    found = probe_runtime()
    return {
        "onnxruntime": found.version,
        "usable_providers": list(found.usable),
        "built_with": list(found.built_with),
        "failure": found.failure,
    }


def _renderer() -> dict[str, str]:
    """In a process of its own: a broken OpenGL driver must not take this one along."""
    from app.ui.renderer_probe import probe_renderer

    return probe_renderer()


def _codecs() -> dict[str, bool]:
    from app.studies.codec_check import working_codecs

    return working_codecs()


def _models() -> list[dict[str, Any]]:
    from inference.catalog import find_packages

    return [
        {"folder": entry.folder.name, "sound": not entry.problems, "problems": len(entry.problems)}
        for entry in find_packages((user_paths().models, resource_dir() / "models"))
    ]


def _folders(paths: UserPaths) -> dict[str, dict[str, Any]]:
    named = {"data": paths.data, "cache": paths.cache, "settings": paths.settings}
    return {name: {"path": str(path), "writable": _writable(path)} for name, path in named.items()}


def _copies(paths: UserPaths) -> str:
    """Where the key of encrypted copies lies, or that they are plain."""
    from app.support.held.laying import place_of_key
    from app.workflows.held import lay_for

    lay_for(paths)
    return place_of_key(paths).value


def _writable(path: Path) -> bool:
    """Whether it, or the nearest folder above it that exists, can be written."""
    existing = next((one for one in (path, *path.parents) if one.exists()), path)
    return os.access(existing, os.W_OK)


def _problems(report: dict[str, Any]) -> list[str]:
    found: list[str] = []
    if "CPUExecutionProvider" not in report["devices"]["usable_providers"]:
        found.append(text("doctor.no_runtime", reason=report["devices"]["failure"] or "?"))
    if report["renderer"].get("failure"):
        found.append(text("doctor.no_renderer", reason=report["renderer"]["failure"]))
    found += [text("doctor.no_codec", codec=name) for name, works in report["codecs"].items() if not works]
    found += [text("doctor.bad_model", model=one["folder"]) for one in report["models"] if not one["sound"]]
    found += [
        text("doctor.not_writable", folder=one["path"])
        for one in report["folders"].values()
        if not one["writable"]
    ]
    return found


def _print(report: dict[str, Any]) -> None:
    devices, renderer = report["devices"], report["renderer"]
    system, memory = report["system"], report["memory"]
    typer.echo(
        f"Overread {report['overread']}  Python {system['python']}  {system['platform']}  {system['cores']} cores"
    )
    typer.echo(f"memory    {memory['available_mib']} of {memory['physical_mib']} MiB free")
    typer.echo(
        f"models on {', '.join(devices['usable_providers']) or '-'}  (onnxruntime {devices['onnxruntime']})"
    )
    typer.echo(f"3D by     {renderer.get('renderer') or renderer.get('failure')}")
    typer.echo(f"codecs    {', '.join(name for name, works in report['codecs'].items() if works)}")
    for one in report["models"]:
        typer.echo(f"package   {one['folder']}  {'sound' if one['sound'] else 'refused'}")
    for name, one in report["folders"].items():
        typer.echo(f"{name:<9} {one['path']}")
    typer.echo(text(f"held.place.{report['copies']}"))
    for sentence in report["problems"] or [text("doctor.all_well")]:
        typer.echo(sentence)
    typer.echo(report["notice"])
