"""Where the board that is shown comes from: computed here, or published by the central service, and as of when."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLabel, QWidget

from vlaarena_desktop.standing import Provenance, Standings
from vlaarena_desktop.syncing import Syncing


class BoardSource(QLabel):
    """One line below the filters; hidden for a board of this workstation."""

    def __init__(self, syncing: Syncing | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._syncing = syncing
        self._told: Provenance | None = None
        self._counts = (0, 0)  # battles and evaluators; 0: not told
        self.setObjectName("quiet")
        self.setWordWrap(True)
        self.setAccessibleName(self.tr("Where the board comes from"))
        if syncing is not None:
            syncing.changed.connect(self._show)
        self._show()

    def show_standings(self, found: Standings) -> None:
        """Say where this board comes from."""
        self._told, self._counts = found.provenance, (found.battles, found.evaluators)
        self._show()

    @Slot()
    def _show(self) -> None:
        self.setVisible(self._told is not None)
        self.setText("" if self._told is None else self._sentence(self._told))
        self.setToolTip("" if self._told is None else self._whole(self._told))

    def _sentence(self, told: Provenance) -> str:
        text = self.tr("Published by {host} as of {moment}; snapshot {name}, its signature checked; fetched {fetched}.")
        parts = [
            text.format(
                host=urlsplit(told.url).netloc,
                moment=_moment(told.created_at),
                name=told.snapshot_id[:12],
                fetched=_moment(told.pulled_at),
            )
        ]
        if all(self._counts):
            counted = self.tr("Battles: {battles}, evaluators: {evaluators}.")
            parts.insert(0, counted.format(battles=self._counts[0], evaluators=self._counts[1]))
        state = self._syncing.state if self._syncing is not None else "off"
        if state == "offline" and self._syncing is not None and self._syncing.offline_since is not None:
            since = self._syncing.offline_since.strftime("%Y-%m-%d %H:%M")
            parts.append(self.tr("Offline since {time}.").format(time=since))
        elif state == "off":
            parts.append(self.tr("No central service is set any more."))
        return " ".join(parts)

    def _whole(self, told: Provenance) -> str:
        return self.tr("Snapshot {name} of {url}").format(name=told.snapshot_id, url=told.url)


def _moment(told: str) -> str:
    return datetime.fromisoformat(told).astimezone().strftime("%Y-%m-%d %H:%M")
