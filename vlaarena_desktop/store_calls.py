"""Calls from a background job to what belongs to the Qt thread: the store's one connection."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Event
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from scenes.errors import Cancelled

T = TypeVar("T")
_LOOK_SECONDS = 0.1


class StoreCalls(QObject):
    """Carries out one short call after another on the thread that made it, between whatever else happens there."""

    _asked = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stopped = Event()
        self._asked.connect(self._carry_out, Qt.ConnectionType.QueuedConnection)

    def __call__(self, act: Callable[[], T], /) -> T:
        """What `act` returned or raised over there.

        Raises:
            Cancelled: nobody carries out calls any more.
        """
        if QThread.currentThread() is self.thread():
            return act()
        waiting: Future[T] = Future()
        if not self._stopped.is_set():
            self._asked.emit((waiting, act))
        while not self._stopped.is_set():
            try:
                return waiting.result(_LOOK_SECONDS)
            except TimeoutError:
                if waiting.done():
                    raise  # it was the call's own
        raise Cancelled("The window closes.")

    def stop(self) -> None:
        """Let whoever waits go."""
        self._stopped.set()

    @Slot(object)
    def _carry_out(self, asked: tuple[Future[Any], Callable[[], Any]]) -> None:
        waiting, act = asked
        if self._stopped.is_set():
            return
        try:
            waiting.set_result(act())
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that asked
            waiting.set_exception(error)
