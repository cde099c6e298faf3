"""Settings: everything that stands in settings.toml, in force as soon as it is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from sync.store import Store
from vlaarena_desktop.live_settings import LiveSettings
from vlaarena_desktop.pages.restart_row import RestartRow
from vlaarena_desktop.pages.setting_row import (
    SettingRow,
    choice_field,
    number_field,
    section,
    text_field,
    tick_field,
)
from vlaarena_desktop.pages.sync_rows import EnrolRow, SyncRow
from vlaarena_desktop.settings import SPEEDS
from vlaarena_desktop.syncing import Syncing


class SettingsPage(QWidget):
    """One row per setting; the file can be edited by hand as well."""

    restart_requested = Signal()

    def __init__(self, live: LiveSettings, store: Store, syncing: Syncing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._live, self._store = live, store
        self.rows: dict[str, SettingRow] = {}
        self.restart = RestartRow(live)
        self.restart.requested.connect(self.restart_requested)
        self.enrolment, self.sync_state = EnrolRow(syncing), SyncRow(syncing)
        cards = (self._evaluator(), self._battles(), self._centre(), self._looks(), self._replays())
        inside = QWidget()
        inside.setObjectName("page")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(12)
        for card in cards:
            column.addWidget(card)
        column.addStretch(1)
        self._lay_out(inside)

    @Slot()
    def refresh(self) -> None:
        """Offer the evaluators that this store knows by now; say how it stands with the central service."""
        self.sync_state.show_state()
        row = self.rows["evaluator"]
        field = row.field
        assert isinstance(field, QComboBox)
        if not row.typing:
            field.clear()
            for person in self._store.evaluators():
                field.addItem(person.name, person.name)
            row.show_value()
        line = field.lineEdit()
        if line is not None:
            line.setPlaceholderText(self._store.evaluator().name)

    def _lay_out(self, inside: QWidget) -> None:
        title, where = QLabel(self.tr("Settings")), QLabel()
        title.setObjectName("title")
        where.setText(self.tr("Kept in {path}. Changes by hand count at once.").format(path=self._live.path))
        where.setObjectName("quiet")
        where.setWordWrap(True)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 4, 16, 16)
        column.setSpacing(8)
        column.addWidget(title)
        column.addWidget(where)
        column.addWidget(area, 1)

    def _row(self, name: str, title: str, field: Any, about: str = "") -> SettingRow:
        row = self.rows[name] = SettingRow(name, title, field, self._live, about)
        return row

    def _evaluator(self) -> QFrame:
        names = QComboBox()
        names.setEditable(True)
        names.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        row = self._row("evaluator", self.tr("Name"), names, self.tr("Who watches and votes here."))
        row.prepare = self._with_group
        group = self._row("group", self.tr("Group"), text_field(), self.tr("Such as a lab or a course."))
        return section(self.tr("Evaluator"), (row, group))

    def _with_group(self, name: str) -> Mapping[str, Any]:
        """An evaluator brings her group along."""
        known = [person for person in self._store.evaluators() if person.name.casefold() == name.casefold()]
        return {"evaluator": name, "group": (known[0].group or "") if known else ""}

    def _battles(self) -> QFrame:
        about, steps = self.tr("Empty: one is started on this machine."), number_field(0, 1000)
        steps.setSpecialValueText(self.tr("as suits the scene"))
        often = self.tr("In a hundred battles. They look like any other, are never rated, and show how sure votes are.")
        rows = (
            self._row("daemon", self.tr("Daemon's address"), text_field(self.tr("a daemon of our own")), about),
            self._row("workers", self.tr("Workers"), number_field(1, 16), self.tr("Of the daemon on this machine.")),
            self._row("max_steps", self.tr("Longest episode"), steps, self.tr("In control steps.")),
            self._row("checks_per_hundred", self.tr("Hidden checks"), number_field(0, 100), often),
        )
        return section(self.tr("Battles"), rows)

    def _centre(self) -> QFrame:
        about = self.tr("Empty: nothing is sent.")
        trusted = self.tr("A PEM file, where your laboratory has its own authority.")
        rows = (
            self._row("central", self.tr("Address"), text_field(self.tr("none")), about),
            self._row("central_ca", self.tr("Certificates"), text_field(self.tr("the system's")), trusted),
            self.enrolment,
            self.sync_state,
        )
        return section(self.tr("Central service"), rows)

    def _looks(self) -> QFrame:
        colors = {"system": self.tr("as the system"), "light": self.tr("light"), "dark": self.tr("dark")}
        languages = {"system": self.tr("as the system"), "en": "English", "de": "Deutsch"}
        return section(
            self.tr("Looks"),
            (
                self._row("colors", self.tr("Colours"), choice_field(colors)),
                self._row("language", self.tr("Language"), choice_field(languages)),
                self.restart,
            ),
        )

    def _replays(self) -> QFrame:
        tiers = {
            "auto": self.tr("as this computer can"),
            "plain": self.tr("plain: without shadows"),
            "soft": self.tr("soft: shadows when still"),
            "full": self.tr("full: shadows, smooth edges"),
        }
        speeds = {speed: f"{speed:g}×" for speed in SPEEDS}
        linked = tick_field(self.tr("move together"))
        return section(
            self.tr("Replays"),
            (
                self._row("quality", self.tr("Quality"), choice_field(tiers)),
                self._row("speed", self.tr("Speed"), choice_field(speeds)),
                self._row("linked_cameras", self.tr("Cameras"), linked),
            ),
        )
