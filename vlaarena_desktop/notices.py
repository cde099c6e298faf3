"""Where an error or a notice becomes visible: one place in the window, in plain words, with what to do."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Literal

from msgspec import Struct
from PySide6.QtCore import QObject, Qt, Signal, Slot

from scenes.errors import ArenaError
from vlaarena_desktop.background import BUG_HINT, BUG_MESSAGE

_log = logging.getLogger("vlaarena")

RUN_AGAIN = "run_again"
NoticeKind = Literal["notice", "error"]


class Notice(Struct, frozen=True):
    """One sentence for a person, what to do about it, and the name of an action offered as a button."""

    kind: NoticeKind
    text: str
    hint: str = ""
    action: str = ""


class Notices(QObject):
    """Receives errors and notices from everywhere; the window's banner shows the latest."""

    shown = Signal(object)  # Notice
    acted = Signal(str)  # the action of a notice, when its button is pressed

    _bug_found = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bug_found.connect(self._show_bug, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def show_error(self, error: ArenaError) -> None:
        """Show what happened and what to do; the detail goes to the log."""
        _log.warning("%s: %s %s %s", type(error).__name__, error.message, error.hint, error.detail)
        self.shown.emit(Notice("error", error.message, error.hint))

    def show_void_turn(self, error: ArenaError) -> None:
        """A turn could not be played: it counts for neither side and may be run again."""
        _log.warning("A turn is void: %s: %s %s", type(error).__name__, error.message, error.hint)
        text = self.tr("The turn could not be played and counts for neither side.")
        self.shown.emit(Notice("error", text, str(error), RUN_AGAIN))

    @Slot(str)
    def tell(self, text: str, hint: str = "", action: str = "") -> None:
        """Show a notice that is not an error."""
        self.shown.emit(Notice("notice", text, hint, action))

    def report_bug(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        """Log a traceback and show one plain sentence. Any thread may call it."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error or kind(), trace)
            return
        _log.error("A bug", exc_info=(kind, error or kind(), trace))
        self._bug_found.emit()

    @Slot()
    def _show_bug(self) -> None:
        self.shown.emit(Notice("error", BUG_MESSAGE, BUG_HINT))


def catch_bugs(notices: Notices) -> Callable[[], None]:
    """From now on an uncaught error of any thread is logged and shown; the returned function undoes that."""
    before, before_threads = sys.excepthook, threading.excepthook

    def in_thread(arguments: threading.ExceptHookArgs) -> None:
        notices.report_bug(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    sys.excepthook = notices.report_bug
    threading.excepthook = in_thread

    def undo() -> None:
        sys.excepthook, threading.excepthook = before, before_threads

    return undo
