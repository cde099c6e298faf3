"""One window per data folder: a second start brings the first window to the front, at a link if it was given one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QWidget

_PATIENCE = 1000  # [ms] for the first window to answer
_ANSWER = b"here\n"
_LONGEST = 2000  # bytes of a line that is listened to


class FrontDoor(QObject):
    """Where a second start knocks. Whoever holds the data folder's lock may open it."""

    def __init__(self, home: Path, called: Callable[[str], object]) -> None:
        """`called` gets the link that a second start was given, or nothing."""
        super().__init__()
        self._called, self.name = called, _name(home)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(self.name)  # left by a window that was killed
        self.open = self._server.listen(self.name)
        self._server.newConnection.connect(self._receive)

    def close(self) -> None:
        """Answer no longer."""
        self._server.close()

    @Slot()
    def _receive(self) -> None:
        caller = self._server.nextPendingConnection()
        caller.disconnected.connect(caller.deleteLater)
        caller.readyRead.connect(self._listen)
        if caller.bytesAvailable():
            self._answer(caller)

    @Slot()
    def _listen(self) -> None:
        caller = self.sender()
        if isinstance(caller, QLocalSocket) and caller.state() is QLocalSocket.LocalSocketState.ConnectedState:
            self._answer(caller)

    def _answer(self, caller: QLocalSocket) -> None:
        """Wait for one line: a link, or an empty one."""
        if not caller.canReadLine():
            if caller.bytesAvailable() > _LONGEST:
                caller.disconnectFromServer()
            return
        said = bytes(caller.readLine().data()).decode(errors="replace").strip()
        caller.write(_ANSWER)
        caller.flush()
        caller.disconnectFromServer()
        self._called(said)


def knock(home: Path, link: str = "") -> bool:
    """Ask the window that has this data folder open to come to the front, at a link; whether there is one."""
    caller = QLocalSocket()
    caller.connectToServer(_name(home))
    answered = caller.waitForConnected(_PATIENCE)
    if answered:
        caller.write(f"{link}\n".encode())
        caller.flush()
        answered = caller.waitForReadyRead(_PATIENCE)
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
