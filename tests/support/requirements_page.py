"""The table of `resources/help/requirements.md`: which test shows which requirement, read from the tests themselves.

A test names a requirement in its name (`test_rq_24_...`), in its docstring, or in the docstring of its file (`RQ-24`).
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "resources" / "help" / "requirements.md"
BEGIN, END = "<!-- rows: made from the tests -->", "<!-- end of rows -->"
SHOWN = 4  # tests named for each requirement; more are counted

REQUIREMENTS = {
    1: "opens, reads and reviews without model, graphics card and network",
    2: "says 'research use only, not for diagnosis' in the AI panel, on every legend, in every export",
    3: "written objects are RESEARCH, UNVERIFIED, PRELIMINARY until a person signs",
    4: "each result names package, version, hash, device, threshold, time and inputs",
    5: "a negative result says what the model does not look for",
    6: "five states of a result; not applicable, failed and inconsistent never count as negative",
    7: "a result that contradicts itself is inconsistent",
    8: "what a model is not for is refused before it runs, with the reason",
    9: "source images are never changed",
    10: "from a finding to its image and back",
    11: "one key takes all AI marks away",
    12: "score, threshold and place are shown together",
    13: "error rates measured here stand beside the score, or it says that none were",
    14: "a score is called probability only with a calibration",
    15: "AI results of others are read and shown, or it says that they are not",
    16: "no modal boxes, few findings expanded, finding types that are mostly rejected are listed",
    17: "on request, shown, or read first then reveal, which fails closed",
    18: "what of AI came before whose eyes, and when",
    19: "a worklist sorted by AI score is a choice, and an exposure",
    20: "accept, modify, reject with a reason, or defer by keyboard",
    21: "a finding that AI missed can be added",
    22: "the decision log is append-only and hash-chained, with a verifier",
    23: "a verdict leaves as TID 1500 with the finding's own tracking UID",
    24: "a golden test at install and after a change of runtime or driver",
    25: "no silent fall-back to the processor",
    26: "models run in a process of their own; a kill is a failed run",
    27: "memory of the graphics card is bounded and given back when idle",
    28: "time limits and cancel",
    29: "latency of a radiograph classifier",
    30: "the same input gives the same result",
    31: "the queue survives kills: nothing lost, nothing doubled",
    32: "remote inference",
    33: "TensorRT",
    34: "packages are checked against a schema; broken ones are refused with reasons",
    35: "every file of a package is hashed, signatures are verified",
    36: "hostile model files load nothing and read nothing outside",
    37: "the model's process has no network and bounded memory and time",
    38: "untrained outputs are hidden; thresholds have a source",
    39: "an inventory of models with its history",
    40: "a package is paused by rule",
    41: "class activation maps are exact",
    42: "heat lies where the model looked, whatever preprocessing did",
    43: "heat is drawn in a map for every colour vision, with a legend, and never covers the picture",
    44: "heat is called an attention map and kept back under the threshold",
    45: "heat outside the organ is measured and warned of",
    46: "a faithfulness report for a package",
    47: "occlusion explains any model",
    48: "figures with 95 % intervals",
    49: "no rate of fewer than 20 cases, a warning under 400",
    50: "agreement of readers, FROC, peer review with arbitration",
    51: "defect form and a monthly sample drawn by a seed",
    52: "clinical score on two axes",
    53: "drift of scores and inputs",
    54: "rows for a registry",
    55: "trainees read blind first and learn at once",
    56: "wrong AI among the cases, and figures of one's own",
    57: "results of trainees are theirs and their tutor's",
    58: "exports come back as they were",
    59: "tables are safe to open, ids stable, UTF-8",
    60: "exports are de-identified unless asked otherwise",
    61: "burned-in text is looked for, and a person looks too",
    62: "audit messages in the shape of PS3.15 A.5",
    63: "no identity in logs, titles and crash files; encryption of copies",
    64: "hostile files: bounded, no crash, no hang",
    65: "pinned libraries and a bill of materials",
    66: "TLS is verified; tokens stay out of addresses and logs",
    67: "updates and models only by signature; the listener is off until set",
    68: "risk list, libraries with known anomalies, model cards, conformance statement",
}


def named() -> dict[int, list[str]]:
    """Requirement -> tests that name it, as file::test, or file alone."""
    found: dict[int, list[str]] = defaultdict(list)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        where = file.relative_to(ROOT).as_posix()
        for number in _numbers(ast.get_docstring(tree) or ""):
            found[number].append(where)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for number in _numbers(f"{node.name} {ast.get_docstring(node) or ''}"):
                    found[number].append(f"{where}::{node.name}")
    return found


def _numbers(words: str) -> set[int]:
    """Numbers in `RQ-06`, `RQ-25..27` and `test_rq_06`."""
    single = {int(one) for one in re.findall(r"(?:RQ-|rq_)(\d\d)", words)}
    spans = re.findall(r"RQ-(\d\d)\.\.(\d\d)", words)
    return single | {number for low, high in spans for number in range(int(low), int(high) + 1)}


def table() -> str:
    """One line for each requirement."""
    tests = named()
    lines = ["| requirement | what it asks | shown by |", "|---|---|---|"]
    for number, words in REQUIREMENTS.items():
        listed = tests.get(number, [])
        shown = ", ".join(f"`{one}`" for one in listed[:SHOWN]) or "no test names it yet"
        more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
        lines.append(f"| RQ-{number:02d} | {words} | {shown}{more} |")
    return "\n".join(lines)


def page_with_table(page: str) -> str:
    """The page with its rows made anew."""
    head, rest = page.split(BEGIN)
    return f"{head}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(page_with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
