"""Run as a child: another language is chosen, and the window opened again in the midst of a battle.

python restarted_child.py HOME DAEMON BATTLE LINK
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from vlaarena_desktop import app
from vlaarena_desktop.window import Window

HOME, ADDRESS, BATTLE, LINK = sys.argv[1:]


def tell(window: Window) -> None:
    """What a person would look for: the words, the page, the battle, the review, the instruction."""
    arena, review = window._arena, window.history.review
    print([tab.text() for tab in window.top_bar.tabs], window.page_index)
    print(arena.battle.battle_id if arena.battle else "", arena.state, len(arena.turns))
    print(review.link if review is not None and window.history.reviewing else "")
    print(window.battle.setting_bar.setting.instruction, window.settings.restart.isVisible())


def choose_german(window: Window) -> None:
    window.open_link(LINK)
    window.battle.resume(BATTLE)
    window.show_page(3)
    window.battle.setting_bar.instruction.setText("lift the bowl")
    field = window.settings.rows["language"].field
    field.setCurrentIndex(field.findText("Deutsch"))
    field.activated.emit(field.currentIndex())
    tell(window)
    QTimer.singleShot(0, await_another(window))
    window.settings.restart.button.click()


def await_another(before: Window | None):
    """Look for the window that is there now."""

    def look() -> None:
        shown = [each for each in QApplication.topLevelWidgets() if isinstance(each, Window) and each.isVisible()]
        if not shown or shown[0] is before or (before is not None and not shown[0].settings.isVisible()):
            QTimer.singleShot(20, look)
        elif before is None:
            choose_german(shown[0])
        else:
            tell(shown[0])
            shown[0].close()

    return look


make = app.make_application


def made(*arguments: object, **named: object) -> QApplication:
    application = make(*arguments, **named)
    QTimer.singleShot(0, await_another(None))
    return application


app.make_application = made
sys.exit(app.run(Path(HOME), daemon_address=ADDRESS))
