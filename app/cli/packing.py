"""`overread models pack`: a package from ONNX files, by options, by questions, and from a part of a manifest."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from app.context import build_context
from app.domain.errors import ModelRefusedError
from app.support.i18n import text, text_with
from app.workflows.pack_answers import QUESTIONS, Answers, Graphs, Question, asked, kind_of, missing

Many = list[str] | None
FILES = ("manifest", "card", "licence_file", "data_licence_file")
NAMED_FILES = ("graph", "golden", "expected")  # name=file, for packages of several graphs
EXAMPLE = """
overread models pack --out packages \\
  --graph candidates=unet.onnx --graph classifier=cnn.onnx \\
  --name lung-nodule --task "lung nodules on chest CT" \\
  --authors "our site" --intended-use "research on adult chest CT" \\
  --not-for "primary diagnosis" --not-for "masses over 30 mm" \\
  --licence-code MIT --licence-weights MIT --licence-data CC-BY-3.0 \\
  --modality CT --applies "min_slices=16; needs_spacing=yes" \\
  --step modality_lut --step orient --step "clip min=-1000 max=1000" \\
  --stage "candidates: batch=4; multiple_of=4" \\
  --stage "classifier: channel=1; batch=16" \\
  --post "threshold at=0.5" --post "gate_by_lungs air_hu=-400 closing_mm=9" \\
  --post components \\
  --output "key=nodule; label=Lung nodule; threshold=0.5; source=own FROC" \\
  --ranking "by=score; merge_mm=6; at_most=30"
"""
GRAPH_NAME = re.compile(r"[A-Za-z0-9_-]+")  # what may name a file of a package
ONE = "model"  # what the graph of a package is called that has only one


def pack(onnx: Path | None, out: Path, **given: Any) -> None:
    """Lay a package on disk: hashes, graph facts and the golden answer are worked out, not typed."""
    from app.workflows.pack_checks import PackingRefusedError, checked_manifest
    from app.workflows.pack_part import part_of_manifest

    answers: Answers = {one.name: _words(given[one.name]) for one in QUESTIONS}
    graphs = _graphs(onnx, given["graph"])
    try:
        part = part_of_manifest(given["manifest"], tuple(graphs), answers)
        beside = part.beside(_beside(given, tuple(graphs)))
        if sys.stdin.isatty():
            answers = _asked(answers, graphs, part.manifest)
        manifest = checked_manifest(answers, graphs, part.manifest)
        target = _packed(graphs, manifest, beside, out)
    except PackingRefusedError as error:
        for problem in error.problems:
            typer.echo(problem)
        raise
    typer.echo(text("cli.models.packed", package=target.name, folder=str(target)))


def example() -> str:
    """What stands below the help: one whole call, line by line."""
    return f"{text('pack.help.example')}\n\n\b{EXAMPLE}\n\n{text('pack.help.more')}"


def _signature() -> inspect.Signature:
    """An option for each question, so that what can be asked can be given and the other way round."""

    def option(name: str, kind: Any, panel: str) -> inspect.Parameter:
        words, heading = text_with(f"pack.ask.{name}", {}), text_with(f"pack.panel.{panel}", {})
        told = typer.Option(f"--{name.replace('_', '-')}", help=words, rich_help_panel=heading)
        default = "" if kind is str else None
        only = inspect.Parameter.KEYWORD_ONLY
        return inspect.Parameter(name, only, default=default, annotation=Annotated[kind, told])

    onnx = Annotated[Path | None, typer.Argument(help=text("pack.ask.onnx"))]
    out = Annotated[Path, typer.Option("--out", help=text("pack.ask.out"))]
    named = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature(
        [
            inspect.Parameter("onnx", named, default=None, annotation=onnx),
            inspect.Parameter("out", inspect.Parameter.KEYWORD_ONLY, annotation=out),
            *(option(name, Many, "files") for name in NAMED_FILES),
            *(option(name, Path | None, "files") for name in FILES),
            option("size", Many, "files"),
            *(option(one.name, Many if one.many else str, one.panel) for one in QUESTIONS),
        ]
    )


pack.__signature__ = _signature()  # type: ignore[attr-defined]  # what typer reads options from


def _graphs(onnx: Path | None, named: Many) -> dict[str, Path]:
    """Files by the names that graphs get in the package. Raises ModelRefusedError for a file that is not there."""
    given = {} if onnx is None else {ONE: onnx}
    given |= _named_files("graph", named, ())
    if not given and sys.stdin.isatty():
        given = {ONE: Path(str(typer.prompt(text("pack.ask.onnx"))))}
    if not given:
        raise ModelRefusedError("error.model.pack_no_graph")
    return given


def _named_files(flag: str, words: Many, graphs: tuple[str, ...]) -> dict[str, Path]:
    """`candidates=unet.onnx`; a file alone where there is one graph. Raises ModelRefusedError."""
    found: dict[str, Path] = {}
    for one in words or ():
        name, equal, file = one.partition("=")
        if not equal and len(graphs) == 1:
            name, file = graphs[0], one
        elif not equal or not GRAPH_NAME.fullmatch(name) or (graphs and name not in graphs):
            raise ModelRefusedError("error.model.pack_named_file", flag=f"--{flag}", words=one)
        found[name] = _there(Path(file))
    return found


def _asked(answers: Answers, graphs: dict[str, Path], base: dict[str, Any]) -> Answers:
    """Answers with what is open asked for, once there is anything that cannot be left open."""
    from app.workflows.pack_checks import ports_of_all, refuse_all

    ports, unreadable = ports_of_all(graphs)
    refuse_all("", unreadable)
    if not missing(answers, base, ports):
        return answers
    typer.echo(_told(ports))
    return asked(answers, base, ports, lambda one: _ask(one, kind_of(answers, base, ports)))


def _packed(graphs: dict[str, Path], manifest: dict[str, Any], beside: Any, out: Path) -> Path:
    from app.workflows.pack_model import pack_model

    ctx = build_context()
    try:
        return pack_model(ctx.client, graphs, manifest, beside, out)
    finally:
        ctx.close()


def _ask(question: Question, kind: str) -> tuple[str, ...]:
    """On the terminal; an empty line ends a list, and leaves open what may stay open."""
    words = text_with(f"pack.ask.{question.name}", {})
    default = kind if question.name == "kind" else question.default
    told = None if question.needed else default  # None: asked again until there is an answer
    first = typer.prompt(words, default=told, show_default=bool(default))
    found = [str(first)]
    while question.many and found[-1]:
        found.append(str(typer.prompt(text("pack.another"), default="", show_default=False)))
    return tuple(one for one in found if one)


def _beside(given: dict[str, Any], graphs: tuple[str, ...]) -> Any:
    from app.workflows.pack_model import Beside

    sizes: dict[str, tuple[int, ...]] = {}
    for words in given["size"] or ():
        name, _, lengths = words.rpartition("=")
        try:
            sizes[name] = tuple(int(part) for part in lengths.replace("x", ",").split(","))
        except ValueError as error:
            raise ModelRefusedError("error.model.pack_size", words=words) from error
    golden, expected = (_named_files(name, given[name], graphs) for name in ("golden", "expected"))
    card, licence, data = (None if given[name] is None else _there(given[name]) for name in FILES[1:])
    return Beside(card, licence, data, golden, expected, sizes)


def _words(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else (str(value),) if value else ()


def _told(graphs: Graphs) -> str:
    """What goes in and comes out of each graph."""
    lines = []
    for name, ports in graphs.items():
        inputs, outputs = (
            "; ".join(f"{one.name} {list(one.shape)}" for one in side)
            for side in (ports.inputs, ports.outputs)
        )
        lines.append(text("pack.ports", graph=name, inputs=inputs, outputs=outputs))
    return "\n".join(lines)


def _there(file: Path) -> Path:
    if not file.is_file():
        raise ModelRefusedError("error.model.no_file", file=file.name)
    return file
