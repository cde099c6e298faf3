"""What `make run` runs: the application where there is a display, else a whole battle that needs nobody."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path

from scenes.errors import ArenaError
from vlaarena_desktop import logs
from vlaarena_desktop.__main__ import main as vlaarena
from vlaarena_desktop.cli.reports import show_error
from vlaarena_desktop.virtual_display import has_display, virtual_display


def main() -> int:
    """Open the application, or play the demonstration into `--out`; the result is the exit code."""
    parser = ArgumentParser(prog="first_battle", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out"), help="where the pictures and the data folder go")
    parser.add_argument("--unattended", action="store_true", help="play by itself even where there is a display")
    given = parser.parse_args()
    if has_display() and not given.unattended:
        return vlaarena([])
    out: Path = given.out.resolve()
    try:
        with logs.kept_in(out / "home"), virtual_display() as display:
            from vlaarena_desktop import demonstration  # Qt reads its platform when it is imported

            print(f"A battle that needs nobody ({display}; data folder {given.out / 'home'}).")
            demonstration.run(out / "home", out)
    except ArenaError as error:
        return show_error(error, as_json=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
