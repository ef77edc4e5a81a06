"""What the brush does now, in the few words that stand on the picture."""

from __future__ import annotations

from app.domain.masks import Segmentation
from app.state.mask_state import BrushKind, MaskMode
from app.support.i18n import text
from app.support.languages import decimal_words


def badge(mask: Segmentation | None, mode: MaskMode, unit: str, length_unit: str) -> str:
    """'' where no mask is corrected. unit: of values; length_unit: mm, or px where no spacing is known."""
    if mask is None or not mode.is_on:
        return ""
    segment = mask.segment(mode.number)
    if segment is None:
        return text("ui.mask.badge.none")
    if mode.number in mode.locked:
        return text("ui.mask.badge.locked", segment=segment.label)
    if mode.kind is BrushKind.ISLAND:
        return text("ui.mask.badge.island", segment=segment.label)
    ball = text("ui.mask.badge.ball") if mode.solid else ""
    size = f"{decimal_words(f'{mode.radius_mm:g}')} {text(f'unit.{length_unit}')}"
    if mode.kind is BrushKind.ERASER:
        return text("ui.mask.badge.eraser", segment=segment.label, size=size, ball=ball)
    low, high = mode.band
    told = text(
        "ui.mask.badge.band", low=decimal_words(f"{low:g}"), high=decimal_words(f"{high:g}"), unit=unit
    ).rstrip()
    band = told if mode.has_band else ""
    return text("ui.mask.badge.brush", segment=segment.label, size=size, ball=ball, band=band)
