"""Which objects and transfer syntaxes are offered and asked for; nothing is decoded or packed anew on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pynetdicom.presentation import PresentationContext

MOST_CONTEXTS = 127  # PS3.8 9.3.2.2: odd numbers up to 255, and one is the question's own
IMPLICIT_LE, EXPLICIT_LE = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
NATIVE = (EXPLICIT_LE, IMPLICIT_LE, "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99")
LOSSLESS = (
    "1.2.840.10008.1.2.4.90",  # JPEG 2000
    "1.2.840.10008.1.2.4.80",  # JPEG-LS
    "1.2.840.10008.1.2.4.70",  # JPEG, first-order prediction
    "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.5",  # RLE
    "1.2.840.10008.1.2.4.201",  # HTJ2K
    "1.2.840.10008.1.2.4.202",
    "1.2.840.10008.1.2.4.110",  # JPEG XL
)
LOSSY = (
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.4.203",
    "1.2.840.10008.1.2.4.111",
    "1.2.840.10008.1.2.4.112",
)
VIDEO = tuple(f"1.2.840.10008.1.2.4.{number}" for number in (100, 101, 102, 103, 104, 105, 106, 107, 108))
EVERY_SYNTAX = (*NATIVE, *LOSSLESS, *LOSSY, *VIDEO)
COMPRESSED = (*LOSSLESS, *LOSSY)

# Asked for where a server does not tell which objects a study holds: what its modalities write.
USUAL_CLASSES = tuple(
    f"1.2.840.10008.5.1.4.1.1.{end}"
    for end in (
        "2", "2.1", "2.2", "4", "4.1", "4.2", "4.4", "1", "1.1", "1.1.1", "1.2", "1.2.1", "13.1.3", "13.1.1",
        "13.1.2", "6.1", "6.2", "3.1", "12.1", "12.1.1", "12.2", "12.2.1", "20", "128", "128.1", "130", "7",
        "7.2", "7.3", "7.4", "66.4", "66.7", "66", "66.1", "30", "11.1", "88.11", "88.22", "88.33", "88.34",
        "88.50", "88.59", "88.65", "88.67", "104.1", "481.1", "481.2", "481.3",
    )
)  # fmt: skip


def for_fetching(classes: Sequence[str]) -> list[PresentationContext]:
    """Contexts for C-GET of such objects.

    One syntax per context where there is room: a server that may choose among several takes the first that it can
    make, and would pack images anew; one that finds each accepted sends them as they lie (PS3.7 D.3.3.4, PS3.8 D.2).
    """
    from pynetdicom import build_context

    room = MOST_CONTEXTS // max(len(classes), 1)
    alone = [*NATIVE[:2], *LOSSLESS[:5], *LOSSY[:3], *LOSSLESS[5:], *LOSSY[3:], *NATIVE[2:], *VIDEO]
    groups: list[tuple[str, ...]]
    if room >= len(alone):
        groups = [(one,) for one in alone]
    elif room >= 6:
        groups = [*((one,) for one in alone[: room - 1]), tuple(alone[room - 1 :])]
    else:
        groups = [NATIVE[:2], COMPRESSED][: max(room, 1)]
    return [build_context(kind, list(group)) for kind in classes for group in groups][:MOST_CONTEXTS]


def roles_for(classes: Iterable[str]) -> list[object]:
    """We are the provider of storage in a C-GET (PS3.7 D.3.3.4)."""
    from pynetdicom import build_role

    return [build_role(kind, scp_role=True) for kind in dict.fromkeys(classes)]


def for_sending(pairs: Iterable[tuple[str, str]]) -> list[list[PresentationContext]]:
    """Contexts for files of these (SOP class, transfer syntax), in groups of one association each."""
    from pynetdicom import build_context

    contexts = [build_context(kind, [syntax]) for kind, syntax in dict.fromkeys(pairs)]
    step = MOST_CONTEXTS
    return [contexts[start : start + step] for start in range(0, len(contexts), step)]


def for_receiving() -> list[PresentationContext]:
    """Every storage class that the standard knows, in every syntax, as the listener takes them."""
    from pynetdicom import AllStoragePresentationContexts, build_context

    storage = [
        build_context(str(one.abstract_syntax), list(EVERY_SYNTAX)) for one in AllStoragePresentationContexts
    ]
    return [*storage, build_context("1.2.840.10008.1.1")]
