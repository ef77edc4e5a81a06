"""The fields of one connection; a password or token is written only, never shown again."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from app.settings.connections import Connection
from app.support.i18n import text
from app.ui.widgets.small import button, label

SCHEMES = ("dicomweb", "dimse")
AUTHS = ("none", "basic", "bearer")
RETRIEVES = ("get", "move")
WEB = ("url", "auth", "user", "secret", "allow_unencrypted")
DIMSE = ("host", "port", "called_aet", "calling_aet", "retrieve", "move_destination", "tls")
FILES = ("ca_file", "client_cert", "client_key")
TEXTS = ("name", "url", "user", "host", "called_aet", "calling_aet", "move_destination", *FILES)


class ConnectionForm(QWidget):
    """What stands in it becomes a `Connection`; rows that the scheme does not have are hidden."""

    def __init__(self) -> None:
        super().__init__()
        self._whole = Connection("")
        self.texts = {name: _line(name) for name in TEXTS}
        self.scheme = _choice("scheme", SCHEMES)
        self.auth = _choice("auth", AUTHS)
        self.retrieve = _choice("retrieve", RETRIEVES)
        self.port = QSpinBox()
        self.port.setRange(1, 65535)
        self.port.setAccessibleName(text("ui.connection.port"))
        self.secret = _line("secret")
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.tls = QCheckBox(text("ui.connection.tls"))
        self.allow_unencrypted = QCheckBox(text("ui.connection.allow_unencrypted"))
        self._rows: dict[str, QWidget] = {
            **self.texts, "scheme": self.scheme, "auth": self.auth, "secret": self.secret, "port": self.port,
            "allow_unencrypted": self.allow_unencrypted, "retrieve": self.retrieve, "tls": self.tls,
        }  # fmt: skip
        for name in FILES:
            self._rows[name] = self._with_picker(name)
        self._form = QFormLayout(self)
        self._form.setVerticalSpacing(7)
        for name in ("name", "scheme", *WEB, *DIMSE, *FILES):
            is_box = isinstance(self._rows[name], QCheckBox)
            self._form.addRow(label("" if is_box else text(f"ui.connection.{name}")), self._rows[name])
        for choice in (self.scheme, self.auth, self.retrieve):
            choice.currentIndexChanged.connect(lambda _place: self._show_rows())
        self._show_rows()

    def put(self, connection: Connection, *, has_secret: bool) -> None:
        """Show one; of a secret only that there is one."""
        self._whole = connection
        for name, line in self.texts.items():
            line.setText(str(getattr(connection, name)))
        self.scheme.setCurrentIndex(SCHEMES.index(connection.scheme))
        self.auth.setCurrentIndex(AUTHS.index(connection.auth))
        self.retrieve.setCurrentIndex(RETRIEVES.index(connection.retrieve))
        self.port.setValue(connection.port)
        self.tls.setChecked(connection.tls)
        self.allow_unencrypted.setChecked(connection.allow_unencrypted)
        self.secret.clear()
        self.secret.setPlaceholderText(text("ui.connection.secret_kept") if has_secret else "")
        self._show_rows()

    @property
    def connection(self) -> Connection:
        """What stands in the fields; rules are checked by whoever saves it."""
        told = {name: line.text().strip() for name, line in self.texts.items()}
        return replace(
            self._whole,
            **told,  # type: ignore[arg-type]  # all of them are text fields
            scheme=SCHEMES[self.scheme.currentIndex()],
            auth=AUTHS[self.auth.currentIndex()] if self._is_web else "none",
            retrieve=RETRIEVES[self.retrieve.currentIndex()],
            port=self.port.value(),
            tls=self.tls.isChecked(),
            allow_unencrypted=self.allow_unencrypted.isChecked(),
        )

    @property
    def _is_web(self) -> bool:
        return SCHEMES[self.scheme.currentIndex()] == "dicomweb"

    def _show_rows(self) -> None:
        auth = AUTHS[self.auth.currentIndex()]
        hidden = set(DIMSE if self._is_web else WEB)
        if auth != "basic":
            hidden.add("user")
        if auth == "none":
            hidden |= {"secret", "allow_unencrypted"}
        if RETRIEVES[self.retrieve.currentIndex()] != "move":
            hidden.add("move_destination")
        for name, widget in self._rows.items():
            self._form.setRowVisible(widget, name not in hidden)

    def _with_picker(self, name: str) -> QWidget:
        def pick() -> None:
            chosen, _ = QFileDialog.getOpenFileName(self, text(f"ui.connection.{name}"))
            if chosen:
                self.texts[name].setText(chosen)

        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.texts[name], 1)
        named = f"{text('ui.connection.choose_file')}: {text(f'ui.connection.{name}')}"
        line.addWidget(button(text("ui.connection.choose_file"), named, pick))
        self.texts[name].setPlaceholderText(text(f"ui.connection.{name}_empty"))
        return holder


def _line(name: str) -> QLineEdit:
    made = QLineEdit()
    made.setAccessibleName(text(f"ui.connection.{name}"))
    return made


def _choice(name: str, values: tuple[str, ...]) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(text(f"ui.connection.{name}"))
    for value in values:
        made.addItem(text(f"ui.connection.{name}_{value}"))
    return made
