"""Everything that can go wrong for a reader, as one small tree.

    OverreadError
      StudyUnreadableError      a folder or file that is no study, or not whole
      PixelsUnreadableError     headers fine, pixels not
      GeometryRefusedError      slices that make no honest volume
      ModelRefusedError         a package that fails its checks
      ModelFailedError          a run that crashed, timed out or was refused memory
      JournalError              a verdict that could not be written, or a broken chain
      ExportRefusedError        nothing to export, or a target that cannot be written
      QualityError              a form, sample or figure of quality assurance that cannot be made
      ReportError               a report or its template that cannot be used
      DeviceError               no display, no renderer, no codec
      TrainingError             cases that cannot be drawn, figures that are not for who asks
      SettingRefusedError       a setting that breaks a rule
      RemoteError               a server that cannot be reached, refuses or breaks off

An error names a text in `resources/locale` and carries the facts of that text; the sentence says what
happened, to what, and what to do now. It is put into words where it is shown (`app.support.i18n.explain`).
No patient name, id or date is ever a fact.
"""

from __future__ import annotations


class OverreadError(Exception):
    """A failure that a reader should hear of in one plain sentence."""

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(key, facts)
        self.key = key
        self.facts = facts

    def __str__(self) -> str:
        listed = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.key} ({listed})" if listed else self.key


class StudyUnreadableError(OverreadError):
    """A folder or file that is no study, or not whole."""


class PixelsUnreadableError(OverreadError):
    """The header can be read, the pixels cannot."""


class GeometryRefusedError(OverreadError):
    """Slices that make no honest volume."""


class ModelRefusedError(OverreadError):
    """A model package that fails its checks."""


class ModelFailedError(OverreadError):
    """A model run that crashed, timed out, or ran out of memory."""


class JournalError(OverreadError):
    """A verdict that could not be written, or a chain that does not verify."""


class ExportRefusedError(OverreadError):
    """Nothing to export, or a target that cannot be written."""


class QualityError(OverreadError):
    """A form, sample or figure of quality assurance that cannot be made or written."""


class AuditError(OverreadError):
    """The audit is not what was written."""


class ReportError(OverreadError):
    """A report or its template that cannot be used."""


class DeviceError(OverreadError):
    """No display, no renderer, no codec."""


class TrainingError(OverreadError):
    """A list of cases that cannot be made, or figures of a trainee that are not for who asks."""


class SettingRefusedError(OverreadError):
    """A setting that breaks a rule, or that names something there is not."""


class RemoteError(OverreadError):
    """A server that cannot be reached, refuses, breaks off, or does not answer."""
