"""What a window knows of itself when somebody asks for help."""

from __future__ import annotations

from vlaarena_desktop.arena import Arena
from vlaarena_desktop.diagnostics import Situation
from vlaarena_desktop.settings import DesktopSettings


def situation_of(arena: Arena, settings: DesktopSettings, renderer: str | None, platform: str) -> Situation:
    """The situation now. `platform`: Qt's; `renderer`: what draws straight into the window, None if nothing can.

    Raises:
        StoreError: the data folder cannot be read.
    """
    store = arena.store
    begun = [battle.created_at for battle in store.battles("ongoing")]
    begun += [arena.battle.created_at] if arena.battle and arena.state not in ("idle", "revealed") else []
    return Situation(
        home=store.folder,
        settings=settings,
        renderer=renderer or "",
        platform=platform,
        daemon=arena.daemon.state,
        battle=arena.state,
        cards=arena.daemon.cards,
        open_since=min(begun, default=None),
        evaluators=tuple(person.name for person in store.evaluators()),
    )
