from __future__ import annotations

import pytest

from app.domain.errors import JournalError
from app.domain.finding import Judgement, RejectReason, Verdict
from app.findings.policy import Asked, DisplayPolicy, Edit, check_verdict, is_visible, kept_edit, needs_reason
from app.support.i18n import catalogue
from tests.support.findings import nodule, point_place


@pytest.mark.parametrize(
    ("policy", "asked", "visible"),
    [
        (DisplayPolicy.SHOWN, Asked(), True),
        (DisplayPolicy.ON_REQUEST, Asked(), False),
        (DisplayPolicy.ON_REQUEST, Asked(has_requested=True), True),
        (DisplayPolicy.READ_FIRST, Asked(has_requested=True), False),
        (DisplayPolicy.READ_FIRST, Asked(has_committed=True), True),
    ],
)
def test_ai_is_seen_only_when_the_policy_allows_it(
    policy: DisplayPolicy, asked: Asked, visible: bool
) -> None:
    assert is_visible(policy, asked) is visible


def test_only_a_rejection_needs_a_reason() -> None:
    assert [verdict for verdict in Verdict if needs_reason(verdict)] == [Verdict.REJECTED]


@pytest.mark.parametrize(
    ("verdict", "reason", "label", "key"),
    [
        (Verdict.REJECTED, None, "", "error.review.reason_needed"),
        (Verdict.ACCEPTED, RejectReason.KNOWN, "", "error.review.reason_not_wanted"),
        (Verdict.EDITED, None, "  ", "error.review.edit_is_empty"),
    ],
)
def test_an_incomplete_verdict_is_refused(
    verdict: Verdict, reason: RejectReason | None, label: str, key: str
) -> None:
    with pytest.raises(JournalError) as refused:
        check_verdict(verdict, reason, label, None)
    assert refused.value.key == key


def test_accepting_an_edited_finding_keeps_the_edit() -> None:
    edited = Judgement(nodule(), Verdict.EDITED, label="Granuloma", place=point_place())
    assert kept_edit(edited, Verdict.ACCEPTED, "", None) == Edit("Granuloma", point_place())
    assert kept_edit(edited, Verdict.EDITED, "Scar", None) == Edit("Scar", point_place())
    assert kept_edit(edited, Verdict.REJECTED, "", None) == Edit()


def test_every_verdict_reason_and_state_has_a_word() -> None:
    words = catalogue("en")
    assert all(f"verdict.{verdict.value}" in words for verdict in Verdict)
    assert all(f"reject.{reason.value}" in words for reason in RejectReason)
    assert len(RejectReason) >= 9
