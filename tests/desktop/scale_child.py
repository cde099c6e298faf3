"""The whole window at one scale: prints what is cut off on any page. Run with QT_SCALE_FACTOR set."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from desktop.resting import cut_off, resting_room

from vlaarena_desktop.app import make_application


def main(home: Path) -> None:
    application = make_application(sys.argv[:1], "light")
    with resting_room(home) as room:
        window, cut = room.window, []
        for show in (*(lambda page=page: window.show_page(page) for page in range(4)), window.show_tour):
            show()
            application.processEvents()
            cut += cut_off(window)
        window.tour.finish()
        told = {"ratio": window.devicePixelRatioF(), "size": [window.width(), window.height()], "cut": cut}
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
