"""What a setting does: at the start, and at once whenever it is changed."""

from __future__ import annotations

from sync.store import Store
from vlaarena_desktop.arena import Arena
from vlaarena_desktop.live_settings import LiveSettings, followed
from vlaarena_desktop.local_daemon import LocalDaemon
from vlaarena_desktop.pages.replay_room import ReplayRoom
from vlaarena_desktop.reporting import reporting
from vlaarena_desktop.settings import DesktopSettings, Quality
from vlaarena_desktop.viewing.drawing import Tier, tier_for
from vlaarena_desktop.viewing.mjmodels import MjModels
from vlaarena_desktop.window import Window


class Applying:
    """Between the settings and the objects they are about."""

    def __init__(
        self, live: LiveSettings, arena: Arena, models: MjModels, window: Window, renderer: str | None
    ) -> None:
        self.notices, self._live, self._arena = arena.notices, live, arena
        self._models, self._window, self._renderer = models, window, renderer
        self._store: Store = arena.store
        if live.now.evaluator:
            self._sit(live.now.evaluator, live.now.group or None)
        self._show_replays(live.now)
        window.history.review_made.connect(lambda room: self._dress(room, live.now))
        live.changed.connect(self._follow_daemon)
        followed(live, "max_steps", self._set_max_steps)
        followed(live, "quality", self._set_quality)
        followed(live, "colors", lambda _: window.follow_look())
        live.changed.connect(self._follow_people)
        live.changed.connect(self._follow_replays)

    def _follow_people(self, before: DesktopSettings, now: DesktopSettings) -> None:
        if (before.evaluator, before.group) == (now.evaluator, now.group):
            return
        name = now.evaluator or self._store.evaluator().name
        if self._sit(name, now.group):
            self._window.settings.refresh()

    def _follow_replays(self, before: DesktopSettings, now: DesktopSettings) -> None:
        if (before.speed, before.linked_cameras) != (now.speed, now.linked_cameras):
            self._show_replays(now)

    @reporting
    def _sit(self, name: str, group: str | None) -> None:
        self._store.sit(name, group)

    def _set_max_steps(self, steps: int) -> None:
        self._arena.max_steps = steps

    def _set_quality(self, quality: Quality) -> None:
        tier = tier_of(quality, self._renderer)
        self._models.set_tier(tier)
        for room in self._window.findChildren(ReplayRoom):
            room.set_tier(tier)

    def _follow_daemon(self, before: DesktopSettings, now: DesktopSettings) -> None:
        """Of a daemon that somebody else runs, only the address is ours to choose."""
        if before.daemon == now.daemon and (now.daemon or before.workers == now.workers):
            return
        local = None if now.daemon else LocalDaemon(self._store.folder, now.workers)
        self._arena.daemon.point_to(now.daemon or None, local)

    def _show_replays(self, now: DesktopSettings) -> None:
        for room in self._window.findChildren(ReplayRoom):
            self._dress(room, now)

    def _dress(self, room: ReplayRoom, now: DesktopSettings) -> None:
        """What a room begins with; from then on it keeps what is chosen in it."""
        room.playhead.set_speed(now.speed)
        room.link.set_linked(now.linked_cameras)


def tier_of(quality: Quality, renderer: str | None) -> Tier:
    """How finely to draw; where nobody chose, as fine as the renderer draws fluently."""
    return tier_for(renderer or "llvmpipe") if quality == "auto" else quality
