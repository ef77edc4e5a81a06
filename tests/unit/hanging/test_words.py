"""Rules in the reader's language: planes by their names, numbers with their decimal mark, files as they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.hanging.protocol import Rule
from app.hanging.words import rule_words
from app.support.i18n import use_language


@pytest.fixture
def russian() -> Iterator[None]:
    use_language("ru")
    yield
    use_language("en")


@pytest.mark.usefixtures("russian")
@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rule(attribute="plane", equals="axial"), "плоскость: аксиальная"),
        (Rule(attribute="plane", any_of=("coronal", "oblique")), "плоскость: одно из корональная, косая"),
        (Rule(attribute="thickness_mm", at_least=0.6, at_most=1.5), "толщина среза, мм: от 0,6 до 1,5"),
        (Rule(attribute="modality", equals="CT"), "модальность: CT"),
        (Rule(attribute="description", contains=("THORAX",)), "описание: содержит THORAX"),
    ],
)
def test_a_rule_in_russian(rule: Rule, said: str) -> None:
    assert rule_words(rule) == said


def test_in_english_as_before() -> None:
    assert rule_words(Rule(attribute="plane", equals="axial")).endswith("axial")
    assert rule_words(Rule(attribute="age_years", at_most=17.5)).endswith("17.5 or less")
