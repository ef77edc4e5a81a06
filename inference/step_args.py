"""Which words each step of the vocabulary takes: a word that no step reads would be a mistake that nobody sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# needed words, then those that may be left out
OP_WORDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    name: (frozenset(needed.split()), frozenset(more.split()))
    for name, needed, more in (
        ("modality_lut", "", ""),
        ("voi_window", "center width", ""),
        ("invert_monochrome1", "", ""),
        ("percentiles", "low high", ""),
        ("clip", "min max", ""),
        ("to_range", "min max", "from_min from_max"),
        ("normalize", "", "mean std per"),
        ("orient", "", ""),
        ("resample", "spacing_mm", ""),
        ("center_crop_square", "", ""),
        ("pad_square", "", "value"),
        ("resize", "rows columns", "mode"),
    )
}
POST_WORDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    name: (frozenset(), frozenset(more.split()))
    for name, more in (
        ("threshold", "at"),
        ("gate_by_lungs", "air_hu closing_mm"),
        ("erosion", "rounds"),
        ("dilation", "rounds"),
        ("closing", "rounds"),
        ("fill_holes", ""),
        ("components", "min_voxels min_mm max_mm"),
        ("largest_components", "count"),
    )
}


def words_fault(
    table: Mapping[str, tuple[frozenset[str], frozenset[str]]], op: str, given: Iterable[str]
) -> str:
    """What is wrong with the words of a step, in the words of the manifest; '' where nothing is."""
    needed, more = table.get(op, (frozenset(), frozenset()))
    said = set(given)
    taken = ", ".join(sorted(needed | more)) or "nothing"
    unknown = ", ".join(sorted(said - needed - more))
    lacking = ", ".join(sorted(needed - said))
    if unknown:
        return f"{op} does not take {unknown}; it takes {taken}"
    return f"{op} needs {lacking}" if lacking else ""
