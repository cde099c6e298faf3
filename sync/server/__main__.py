"""`vlaarena-central`: the service, its worker, and everything its operator does."""

from __future__ import annotations

import sys

from scenes.errors import ArenaError, BadInput
from sync.server import commands
from sync.server.settings import central_settings, home_folder, unknown_variables
from sync.server.words import shown

EXIT_FAILED, EXIT_BAD_INPUT = 1, 2


def main(arguments: list[str] | None = None) -> None:
    """Run one command; exits with 0, or 1 for a finding or failure, 2 for a refused value."""
    chosen = commands.parser().parse_args(arguments)
    try:
        home = home_folder(chosen.home)
        for name in unknown_variables():
            print(f"vlaarena-central: {shown(name)} is no setting and is ignored.", file=sys.stderr)
        sys.exit(chosen.run(chosen, central_settings(home, getattr(chosen, "bind", None)), home))
    except ArenaError as error:
        said = [f"vlaarena-central: {error}", *(f"  {line}" for line in error.detail.split("\n") if line)]
        print(*map(shown, said), sep="\n", file=sys.stderr)
        sys.exit(EXIT_BAD_INPUT if isinstance(error, BadInput) else EXIT_FAILED)


if __name__ == "__main__":
    main()
