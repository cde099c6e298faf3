"""`vlaarena-central`: the service, its worker, and everything its operator does."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scenes.errors import ArenaError, BadInput
from scenes.settings import converted
from sync.server import commands
from sync.server.settings import CentralSettings, central_settings, home_folder
from sync.server.words import shown

EXIT_FAILED, EXIT_BAD_INPUT = 1, 2


def main(arguments: list[str] | None = None) -> None:
    """Run one command; exits with 0, or 1 for a finding or failure, 2 for a refused value."""
    chosen = commands.parser().parse_args(arguments)
    try:
        home = home_folder(chosen.home)
        sys.exit(chosen.run(chosen, _settings(chosen, home), home))
    except ArenaError as error:
        said = [f"vlaarena-central: {error}", *(f"  {line}" for line in error.detail.split("\n") if line)]
        print(*map(shown, said), sep="\n", file=sys.stderr)
        sys.exit(EXIT_BAD_INPUT if isinstance(error, BadInput) else EXIT_FAILED)


def _settings(chosen: argparse.Namespace, home: Path) -> CentralSettings:
    settings = central_settings(home)
    if getattr(chosen, "bind", None) is None:
        return settings
    values = {name: getattr(settings, name) for name in CentralSettings.__struct_fields__} | {"bind": chosen.bind}
    return converted(values, CentralSettings, source="command line")


if __name__ == "__main__":
    main()
