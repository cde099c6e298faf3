"""What can be done in a replay room, each with its keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from vlaarena_desktop.commands import Command

if TYPE_CHECKING:
    from vlaarena_desktop.pages.replay_room import ReplayRoom

_tr = QCoreApplication.translate


def replay_commands(room: ReplayRoom) -> tuple[Command, ...]:
    """Everything a person can do in a replay room."""
    return (*_moving(room), *_playing(room), *_looking(room), *_turning(room))


def _moving(room: ReplayRoom) -> tuple[Command, ...]:
    playhead, timeline = room.playhead, room.transport.timeline
    group = _tr("replay", "Replay")

    def key(name: str, title: str, keys: str, act: Callable[[], object], *, repeats: bool = False) -> Command:
        return Command(f"replay.{name}", title, (keys,), act, repeats, group)

    return (
        key("toggle", _tr("replay", "Play or pause"), "Space", playhead.toggle),
        key("back", _tr("replay", "One step back"), "Left", lambda: playhead.step_by(-1), repeats=True),
        key("on", _tr("replay", "One step on"), "Right", lambda: playhead.step_by(1), repeats=True),
        key("back_ten", _tr("replay", "Ten steps back"), "Shift+Left", lambda: playhead.step_by(-10), repeats=True),
        key("on_ten", _tr("replay", "Ten steps on"), "Shift+Right", lambda: playhead.step_by(10), repeats=True),
        key("start", _tr("replay", "To the start"), "Home", lambda: playhead.seek_step(0)),
        key("end", _tr("replay", "To the end"), "End", lambda: playhead.seek_step(playhead.steps)),
        key("step", _tr("replay", "Go to a step by its number"), "G", room.transport.step.begin),
        key("previous_mark", _tr("replay", "To the previous mark"), ",", lambda: timeline.to_mark(-1), repeats=True),
        key("next_mark", _tr("replay", "To the next mark"), ".", lambda: timeline.to_mark(1), repeats=True),
    )


def _playing(room: ReplayRoom) -> tuple[Command, ...]:
    playhead, group = room.playhead, _tr("replay", "Replay")

    def command(name: str, title: str, keys: tuple[str, ...], act: Callable[[], object]) -> Command:
        return Command(f"replay.{name}", title, keys, act, group=group)

    return (
        command("slower", _tr("replay", "Slower"), ("-",), lambda: playhead.change_speed(-1)),
        command("faster", _tr("replay", "Faster"), ("=", "+"), lambda: playhead.change_speed(1)),
        command("loop", _tr("replay", "Loop"), ("L",), lambda: playhead.set_loop(not playhead.loop)),
        command("range_begin", _tr("replay", "Begin the looped part here"), ("I",), playhead.begin_range),
        command("range_end", _tr("replay", "End the looped part here"), ("O",), playhead.end_range),
    )


def _looking(room: ReplayRoom) -> tuple[Command, ...]:
    group = _tr("replay", "Cameras")

    def key(name: str, title: str, keys: str, act: Callable[[], object]) -> Command:
        return Command(f"camera.{name}", title, (keys,), act, group=group)

    return (
        key("link", _tr("replay", "Move both cameras together"), "S", room.link.toggle),
        key("previous", _tr("replay", "Previous camera"), "[", lambda: room.active_view.cycle(-1)),
        key("next", _tr("replay", "Next camera"), "]", lambda: room.active_view.cycle(1)),
        key("free", _tr("replay", "Clear the looped part, free the camera"), "Esc", room.step_back),
        key("sides", _tr("replay", "Both sides, A alone, B alone"), "F", room.cycle_sides),
    )


def _turning(room: ReplayRoom) -> tuple[Command, ...]:
    group = _tr("replay", "Replay")
    return (
        Command(
            "turn.previous", _tr("replay", "Previous turn"), ("Ctrl+Left",), lambda: room.move_turn(-1), group=group
        ),
        Command("turn.next", _tr("replay", "Next turn"), ("Ctrl+Right",), lambda: room.move_turn(1), group=group),
    )
