"""One window per data folder: a second start brings the first window to the front."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QWidget

_PATIENCE = 1000  # [ms] for the first window to answer
_ANSWER = b"here\n"


class FrontDoor(QObject):
    """Where a second start knocks. Whoever holds the data folder's lock may open it."""

    def __init__(self, home: Path, called: Callable[[], object]) -> None:
        super().__init__()
        self._called = called
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(_name(home))  # left by a window that was killed
        self.open = self._server.listen(_name(home))
        self._server.newConnection.connect(self._answer)

    def close(self) -> None:
        """Answer no longer."""
        self._server.close()

    @Slot()
    def _answer(self) -> None:
        caller = self._server.nextPendingConnection()
        caller.disconnected.connect(caller.deleteLater)
        caller.write(_ANSWER)
        caller.flush()
        caller.disconnectFromServer()
        self._called()


def knock(home: Path) -> bool:
    """Ask the window that has this data folder open to come to the front; whether there is one."""
    caller = QLocalSocket()
    caller.connectToServer(_name(home))
    answered = caller.waitForConnected(_PATIENCE) and caller.waitForReadyRead(_PATIENCE)
    caller.abort()
    return answered


def to_front(window: QWidget) -> None:
    """Show a window that is hidden behind others, or minimised."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()


def _name(home: Path) -> str:
    return f"vlaarena-{hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:24]}"
