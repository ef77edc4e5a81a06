"""A protocol's rules in plain words, for the reader who is to say whether they are right."""

from __future__ import annotations

from app.hanging.protocol import Protocol, Rule, Selection
from app.support.i18n import template, text
from app.support.languages import decimal_words


def rule_words(rule: Rule) -> str:
    """One rule as half a sentence."""
    name = text(f"hanging.attribute.{rule.attribute}")
    if rule.known is not None:
        return text("hanging.rule.known" if rule.known else "hanging.rule.unknown", name=name)
    if rule.equals is not None:
        if isinstance(rule.equals, bool):
            return text("hanging.rule.yes" if rule.equals else "hanging.rule.no", name=name)
        return text("hanging.rule.equals", name=name, value=_value(rule, rule.equals))
    for words, key in (
        (rule.any_of, "hanging.rule.any_of"),
        (rule.contains, "hanging.rule.contains"),
        (rule.without, "hanging.rule.without"),
    ):
        if words:
            return text(key, name=name, words=", ".join(_value(rule, word) for word in words))
    if rule.at_least is not None and rule.at_most is not None:
        return text("hanging.rule.between", name=name, low=_number(rule.at_least), high=_number(rule.at_most))
    if rule.at_least is not None:
        return text("hanging.rule.at_least", name=name, low=_number(rule.at_least))
    return text("hanging.rule.at_most", name=name, high=_number(rule.at_most or 0))


def _value(rule: Rule, value: object) -> str:
    """A value of ours in the reader's language, such as a plane; what files say stands as it is."""
    return template(f"hanging.value.{rule.attribute}.{value}") or str(value)


def _number(value: float) -> str:
    return decimal_words(f"{value:g}")


def protocol_words(protocol: Protocol) -> tuple[str, ...]:
    """Sentence by sentence: for which studies, then which series go into it."""
    must = [rule_words(rule) for rule in protocol.study if rule.required]
    told = [text("hanging.for_studies", rules="; ".join(must) or text("hanging.any_study"))]
    told += [selection_words(number, one) for number, one in enumerate(protocol.sets.values(), start=1)]
    return tuple(told)


def selection_words(number: int, selection: Selection) -> str:
    """What one selection takes: what it must be, then what it should rather be."""
    must = "; ".join(rule_words(rule) for rule in selection.rules if rule.required)
    rather = "; ".join(rule_words(rule) for rule in selection.rules if not rule.required)
    where = text(f"hanging.of.{selection.of}")
    if not rather:
        return text("hanging.selection", number=number, where=where, must=must or text("hanging.any_series"))
    return text(
        "hanging.selection_rather",
        number=number,
        where=where,
        must=must or text("hanging.any_series"),
        rather=rather,
    )
