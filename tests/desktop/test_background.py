from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Generator

from pytestqt.qtbot import QtBot

from scenes.errors import ArenaError, BadInput
from scenes.progress import Job, Progress
from vlaarena_desktop import background
from vlaarena_desktop.background import BUG_MESSAGE, RunningJob
from vlaarena_desktop.notices import Notice, Notices, catch_bugs


def answer(value: int) -> Job[int]:
    yield Progress(1, 2)
    return value


def endless(entered: threading.Event, left: threading.Event) -> Job[None]:
    try:
        while True:
            entered.set()
            yield Progress(0, 0)
    finally:
        left.set()


def refused() -> Job[None]:
    yield Progress(0, 1)
    raise BadInput("No such cube.", hint="There is a red one.")


def broken() -> Job[None]:
    yield Progress(0, 1)
    raise ZeroDivisionError


def test_no_result_of_an_immediate_start_is_lost(qtbot: QtBot, repeats: Callable[[int, int], int]) -> None:
    wanted = repeats(200, 2000)
    results: list[int] = []
    for value in range(wanted):
        background.start(lambda value=value: answer(value)).succeeded.connect(results.append)
    qtbot.waitUntil(lambda: len(results) == wanted, timeout=30_000)
    assert sorted(results) == list(range(wanted))


def test_progress_arrives_before_the_result(qtbot: QtBot) -> None:
    heard: list[object] = []
    running = background.start(lambda: answer(7))
    running.progressed.connect(heard.append)
    running.succeeded.connect(heard.append)
    with qtbot.waitSignal(running.finished):
        pass
    assert heard[-1] == 7
    assert all(isinstance(each, Progress) for each in heard[:-1])


def test_signals_arrive_on_the_qt_thread(qtbot: QtBot) -> None:
    threads: list[threading.Thread] = []
    running = background.start(lambda: answer(7))
    running.succeeded.connect(lambda _: threads.append(threading.current_thread()))
    with qtbot.waitSignal(running.finished):
        pass
    assert threads == [threading.main_thread()]


def test_cancelling_closes_the_job_and_drops_its_results(qtbot: QtBot) -> None:
    entered, left = threading.Event(), threading.Event()
    heard: list[object] = []
    running = background.start(lambda: endless(entered, left))
    running.succeeded.connect(heard.append)
    running.failed.connect(heard.append)
    qtbot.waitUntil(entered.is_set)
    with qtbot.waitSignal(running.finished):
        running.cancel()
    running.progressed.connect(heard.append)
    assert left.is_set()
    assert heard == []


def test_a_job_cancelled_before_it_began_is_never_driven(qtbot: QtBot) -> None:
    entered, left = threading.Event(), threading.Event()
    running = background.start(lambda: endless(entered, left))
    with qtbot.waitSignal(running.finished):
        running.cancel()
    assert not entered.is_set()


def test_an_expected_error_arrives_whole(qtbot: QtBot) -> None:
    running = background.start(refused)
    with qtbot.waitSignal(running.failed) as caught:
        pass
    error = caught.args[0]
    assert isinstance(error, BadInput)
    assert (error.message, error.hint) == ("No such cube.", "There is a red one.")


def test_a_bug_in_a_job_is_shown_as_one_plain_sentence(qtbot: QtBot) -> None:
    notices = Notices()
    shown: list[Notice] = []
    errors: list[ArenaError] = []
    notices.shown.connect(shown.append)
    undo = catch_bugs(notices)
    try:
        running: RunningJob = background.start(broken)
        running.failed.connect(errors.append)
        qtbot.waitUntil(lambda: bool(shown) and bool(errors))
    finally:
        undo()
    assert [each.text for each in shown] == [BUG_MESSAGE]
    assert "ZeroDivision" not in shown[0].text + shown[0].hint
    assert "ZeroDivision" in errors[0].detail


def test_many_progress_reports_arrive_as_the_latest(qtbot: QtBot) -> None:
    def chatty() -> Generator[Progress, None, int]:
        for done in range(20_000):
            yield Progress(done, 20_000)
        return 1

    heard: list[Progress] = []
    running = background.start(chatty)
    running.progressed.connect(heard.append)
    with qtbot.waitSignal(running.finished, timeout=20_000):
        pass
    assert len(heard) < 20_000
    assert heard[-1].done == 19_999


def test_garbage_is_never_collected_on_the_thread_of_a_job(qtbot: QtBot) -> None:
    """Windows and plots leave cycles behind, and Qt's objects may only be freed on its own thread."""
    freed: list[str] = []

    class Cycle:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            freed.append(threading.current_thread().name)

    def allocate() -> Job[int]:
        yield Progress(0, 1)
        return len([[number] for number in range(100_000)])

    running = background.start(allocate)
    with qtbot.waitSignal(running.finished):
        Cycle()
    assert gc.isenabled()
    gc.collect()
    assert freed == ["MainThread"]
