"""Votes in a loop until it is killed and says what was acknowledged: `voting_child.py FOLDER MODE`."""

from __future__ import annotations

import sys
from pathlib import Path

from arena_samples import Arena, ballot

from sync.store import Store


def say(*words: object) -> None:
    print(*words, flush=True)


def vote(store: Store, arena: Arena) -> None:
    battle_id = arena.played_battle()
    cast = store.cast_vote(battle_id, ballot())
    say("voted", battle_id, cast.vote_id, cast.rev)


def change_and_close(store: Store, arena: Arena) -> None:
    battle_id = arena.played_battle()
    cast = store.cast_vote(battle_id, ballot("tie"))
    say("voted", battle_id, cast.vote_id, cast.rev)
    store.undo_vote(battle_id)
    say("undone", battle_id, cast.vote_id, cast.rev + 1)
    cast = store.cast_vote(battle_id, ballot("right_better"))
    say("voted", battle_id, cast.vote_id, cast.rev)
    store.close_battle(battle_id)
    say("closed", battle_id, cast.vote_id, cast.rev)


def main() -> None:
    folder, mode = Path(sys.argv[1]), sys.argv[2]
    with Store.open(folder) as store:
        say("open")
        while True:
            {"vote": vote, "change": change_and_close}[mode](store, Arena(store))


if __name__ == "__main__":
    main()
