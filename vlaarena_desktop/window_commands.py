"""What can be done from every page: go to another, look for help, change the looks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from vlaarena_desktop.commands import Command
from vlaarena_desktop.pages.tour import Stop
from vlaarena_desktop.settings import Look

if TYPE_CHECKING:
    from vlaarena_desktop.window import Window

_tr = QCoreApplication.translate


def window_commands(window: Window) -> tuple[Command, ...]:
    """The commands of the window itself; their keys act while something is typed, too."""
    return (*_going(window), *_looking(window), *_helping(window))


def tour_stops(window: Window) -> tuple[Stop, ...]:
    """What the first-run tour shows."""
    battle = window.battle
    below = battle.welcome.parentWidget()
    return (
        Stop(
            _tr("tour", "Say what both robots shall do"),
            _tr("tour", "Type an instruction, or press Down for suggestions. Enter lets two anonymous models play it."),
            battle.setting_bar,
        ),
        Stop(
            _tr("tour", "Watch both on one clock"),
            _tr("tour", "Space plays, the arrows step. Drag to look around: both cameras move together."),
            battle.room,
        ),
        Stop(
            _tr("tour", "Vote blind"),
            _tr("tour", "1 A is better, 2 B, 3 tie, 4 both bad; Enter confirms. Only then are the names told."),
            below if below is not None else battle,
        ),
        Stop(
            _tr("tour", "Everything else"),
            _tr("tour", "F1 lists every key. Ctrl+K does anything by its name. The menu holds this tour, too."),
            window.top_bar.menu_button,
        ),
    )


def _going(window: Window) -> tuple[Command, ...]:
    group = _tr("window_commands", "Go to")
    titles = (
        ("battle", _tr("window_commands", "Battle")),
        ("leaderboard", _tr("window_commands", "Leaderboard")),
        ("history", _tr("window_commands", "History")),
        ("settings", _tr("window_commands", "Settings")),
    )
    return tuple(
        Command(f"go.{name}", title, (f"Ctrl+{index + 1}",), partial(window.show_page, index), group=group)
        for index, (name, title) in enumerate(titles)
    )


def _looking(window: Window) -> tuple[Command, ...]:
    group = _tr("window_commands", "Window")
    looks: tuple[tuple[Look, str], ...] = (
        ("system", _tr("window_commands", "Colours as the system")),
        ("light", _tr("window_commands", "Light colours")),
        ("dark", _tr("window_commands", "Dark colours")),
    )
    return (
        Command("window.full_screen", _tr("window_commands", "Full screen"), ("F11",), window.toggle_full, group=group),
        *(Command(f"window.{look}", title, (), partial(window.set_look, look), group=group) for look, title in looks),
        Command(
            "window.restart", _tr("window_commands", "Restart the window"), (), window.restarting.restart, group=group
        ),
        Command("window.quit", _tr("window_commands", "Quit"), ("Ctrl+Q",), window.close, group=group),
    )


def _helping(window: Window) -> tuple[Command, ...]:
    group = _tr("window_commands", "Help")
    return (
        Command(
            "help.find", _tr("window_commands", "Run a command by name"), ("Ctrl+K",), window.open_palette, group=group
        ),
        Command("help.keys", _tr("window_commands", "Keyboard shortcuts"), ("F1",), window.show_keys, group=group),
        Command("help.tour", _tr("window_commands", "Show the tour"), (), window.show_tour, group=group),
        Command(
            "help.diagnostics", _tr("window_commands", "Copy diagnostics"), (), window.show_diagnostics, group=group
        ),
    )
