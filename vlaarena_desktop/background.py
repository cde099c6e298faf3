"""The only bridge between long work and the Qt thread: a job runs on its own thread and reports by signals."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from scenes.errors import ArenaError
from scenes.progress import Job, Progress

BUG_MESSAGE = "Something unexpected happened inside the program."
BUG_HINT = "It was written to the log; the arena goes on."

_TIDY_MILLISECONDS = 500

_running: set[RunningJob] = set()


class RunningJob(QObject):
    """A job under way. Its signals arrive on the Qt thread; after `cancel` only `finished` does."""

    progressed = Signal(object)  # Progress; the latest wins
    succeeded = Signal(object)  # the job's result
    failed = Signal(object)  # ArenaError
    finished = Signal()  # always, and last

    _reported = Signal()
    _ended = Signal()

    def __init__(self, make_job: Callable[[], Job[Any]]) -> None:
        super().__init__()
        self._make_job = make_job
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="background job")
        self._latest: Progress | None = None
        self._report_waits = False
        self._result: Any = None
        self._error: BaseException | None = None
        self._tidying = QTimer(self)
        self._tidying.setInterval(_TIDY_MILLISECONDS)
        self._tidying.timeout.connect(_tidy)
        self._reported.connect(self._deliver_progress)
        self._ended.connect(self._deliver_end)

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked this job to stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Close the job at its next yield; nothing of it is delivered any more but `finished`."""
        self._cancelled.set()

    def join(self, seconds: float) -> bool:
        """Wait for the thread to end, at most so long; whether it did."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    @Slot()
    def _submit(self) -> None:
        """Python collects garbage on whatever thread allocates, and Qt's objects may only be freed on Qt's."""
        gc.disable()
        self._tidying.start()
        self._thread.start()

    def _run(self) -> None:
        try:
            self._result = self._drive()
        except ArenaError as error:
            self._error = error
        except BaseException as bug:
            self._error = bug
            raise
        finally:
            self._ended.emit()

    def _drive(self) -> Any:
        job = self._make_job()
        try:
            while not self.cancelled:
                self._report(next(job))
        except StopIteration as stop:
            return stop.value
        finally:
            job.close()
        return None

    def _report(self, progress: Progress) -> None:
        self._latest = progress
        if not self._report_waits:
            self._report_waits = True
            self._reported.emit()

    @Slot()
    def _deliver_progress(self) -> None:
        self._report_waits = False
        if not self.cancelled:
            self.progressed.emit(self._latest)

    @Slot()
    def _deliver_end(self) -> None:
        self._thread.join()  # so that this QObject is never freed by the thread's last reference
        _running.discard(self)
        self._tidying.stop()
        if not any(job._thread.is_alive() for job in _running):
            gc.enable()
        if not self.cancelled:
            self._deliver_outcome()
        self._result = self._error = None
        self.finished.emit()

    def _deliver_outcome(self) -> None:
        if self._error is None:
            self.succeeded.emit(self._result)
        elif isinstance(self._error, ArenaError):
            self.failed.emit(self._error)
        else:
            self.failed.emit(ArenaError(BUG_MESSAGE, hint=BUG_HINT, detail=repr(self._error)))


def _tidy() -> None:
    """Collect on the Qt thread what young garbage has gathered; the old waits until no job runs."""
    if gc.get_count()[0] > gc.get_threshold()[0]:
        gc.collect(1)


def start(make_job: Callable[[], Job[Any]]) -> RunningJob:
    """Run the job that `make_job` makes, from the next turn of the event loop on: connect its signals first.

    Call it on the Qt thread. The job is made, driven and closed on its own thread, which is also where a client
    that belongs to one thread must be opened. A bug in it reaches `threading.excepthook` and `failed`.
    """
    running = RunningJob(make_job)
    _running.add(running)
    QTimer.singleShot(0, running, running._submit)
    return running


def stop_all(seconds: float) -> bool:
    """Cancel every job and wait for their threads, at most so long each; whether all have ended."""
    jobs = list(_running)
    for job in jobs:
        job.cancel()
    ended = [job.join(seconds) for job in jobs]
    return all(ended)
