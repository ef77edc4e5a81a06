"""One budget: shown pixels stay, what was shown longest ago goes first, what cannot fit is refused in words."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from app.domain.errors import PixelsUnreadableError
from app.studies.memory import MIB, MemoryBudget, memory_limit
from app.support.i18n import explain


@dataclass(eq=False)
class Held:
    is_shown: bool = False
    gone: list[str] = field(default_factory=list)
    name: str = ""

    def let_go(self) -> None:
        self.gone.append(self.name)


def test_what_was_shown_longest_ago_goes_first() -> None:
    budget = MemoryBudget(100 * MIB)
    gone: list[str] = []
    first, second, third = (Held(name=name, gone=gone) for name in ("first", "second", "third"))
    for one in (first, second, third):
        budget.claim(one, 30 * MIB, one.name)
    budget.used(first)
    budget.claim(Held(), 30 * MIB, "fourth")
    assert gone == ["second"]
    assert budget.held_bytes == 90 * MIB


def test_what_is_on_the_screen_is_never_let_go() -> None:
    budget = MemoryBudget(100 * MIB)
    gone: list[str] = []
    shown, hidden = Held(is_shown=True, name="shown", gone=gone), Held(name="hidden", gone=gone)
    budget.claim(shown, 40 * MIB, "shown")
    budget.claim(hidden, 40 * MIB, "hidden")
    budget.claim(Held(), 50 * MIB, "new")
    assert gone == ["hidden"]


def test_a_series_that_does_not_fit_beside_the_screen_is_refused_before_anything_goes() -> None:
    budget = MemoryBudget(100 * MIB)
    shown, hidden = Held(is_shown=True), Held()
    budget.claim(shown, 60 * MIB, "shown")
    budget.claim(hidden, 20 * MIB, "hidden")
    with pytest.raises(PixelsUnreadableError) as refused:
        budget.claim(Held(), 70 * MIB, "Axial 1.0")
    said = explain(refused.value)
    assert "Axial 1.0" in said
    assert "60 MiB of the 100 MiB" in said
    assert hidden.gone == []
    assert budget.held_bytes == 80 * MIB


def test_a_series_larger_than_all_is_refused_with_the_limit() -> None:
    with pytest.raises(PixelsUnreadableError) as refused:
        MemoryBudget(100 * MIB).claim(Held(), 200 * MIB, "Axial 0.5")
    assert refused.value.key == "error.memory.too_big"
    assert "100 MiB" in explain(refused.value)


def test_a_holder_that_grows_counts_once() -> None:
    budget = MemoryBudget(100 * MIB)
    one = Held(is_shown=True)
    budget.claim(one, 40 * MIB, "one")
    budget.claim(one, 90 * MIB, "one")
    assert budget.held_bytes == 90 * MIB
    assert not budget.has_room(20 * MIB)
    budget.release(one)
    assert budget.held_bytes == 0


def test_the_limit_is_a_share_of_what_is_there() -> None:
    assert 0 < memory_limit(25) < memory_limit(80)
