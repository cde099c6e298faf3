"""Restarting: the window closes and opens again in the same place, within one process and with one hold on the store.

A language is spoken by widgets made after it was chosen. Making all of them anew is sound where retranslating each
living text is not: what has fields in it, or was told by the daemon, knows no other language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QSettings, QTimer, Slot
from PySide6.QtWidgets import QApplication

from vlaarena_desktop.arena import Arena
from vlaarena_desktop.experiments import Experiments
from vlaarena_desktop.pages.notes_panel import NotesPanel
from vlaarena_desktop.pages.save_dialog import SaveDialog
from vlaarena_desktop.turns import Setting

if TYPE_CHECKING:
    from vlaarena_desktop.window import Window

AGAIN = 75  # what the event loop returns when the window is to be opened again; 75 is EX_TEMPFAIL of sysexits.h
_KEY = "place"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody was: the page, the battle to be judged, the moment under review, what was about to be asked."""

    page: int
    setting: Setting
    battle_id: str = ""
    link: str = ""


class Restarting(QObject):
    """Refuses while something would be lost, and says what."""

    def __init__(self, window: Window, arena: Arena, experiments: Experiments, state: QSettings | None) -> None:
        """`state` keeps the place from one window to the next."""
        super().__init__(window)
        self._window, self._arena, self._experiments, self._state = window, arena, experiments, state
        if state is not None and state.contains(_KEY):
            QTimer.singleShot(0, self.come_back)

    @Slot()
    def restart(self) -> None:
        """Close the window and ask for it to be opened again."""
        hindrance = self._hindrance()
        if hindrance:
            self._arena.notices.tell(hindrance, self.tr("Restart the window after that: then nothing is lost."))
            return
        if self._state is not None:
            self._state.setValue(_KEY, msgspec.json.encode(self._place()).decode())
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.setQuitOnLastWindowClosed(False)  # the last window is not the end
        self._window.close()
        self._window.deleteLater()
        application.exit(AGAIN)

    @Slot()
    def come_back(self) -> None:
        """Go to where the window before this one stood."""
        if self._state is None:
            return
        try:
            place = msgspec.json.decode(str(self._state.value(_KEY)), type=Place)
        except msgspec.DecodeError:
            return  # written by another version: it is only a convenience
        finally:
            self._state.remove(_KEY)
        if place.battle_id:
            self._window.battle.resume(place.battle_id)
        self._window.battle.setting_bar.choose(place.setting)
        if place.link:
            self._window.open_link(place.link)
        self._window.show_page(place.page)

    def _place(self) -> Place:
        window, arena = self._window, self._arena
        review = window.history.review
        return Place(
            page=window.page_index,
            setting=window.battle.setting_bar.setting,
            battle_id=arena.battle.battle_id if arena.battle is not None and arena.state == "watching" else "",
            link=review.link if review is not None and window.history.reviewing else "",
        )

    def _hindrance(self) -> str:
        """What would be lost now; empty if nothing would be."""
        window, state = self._window, self._arena.state
        if state in ("waiting", "playing"):
            return self.tr("The first turn of a battle is not over.") if not self._arena.turns else self._playing()
        if state == "voted":
            return self.tr("Your vote can still be taken back.")
        if state == "watching" and window.battle.ballot.summary():
            return self.tr("What you said beside your vote is not kept yet.")
        if self._experiments.running:
            return self.tr("An experiment is running.")
        if any(dialog.writing for dialog in window.findChildren(SaveDialog)):
            return self.tr("Pictures are being saved.")
        if any(panel.half_written for panel in window.findChildren(NotesPanel)):
            return self.tr("A note is half written.")
        return ""

    def _playing(self) -> str:
        return self.tr("A turn is being played.")
