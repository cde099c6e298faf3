"""The routes of the roadmap, for people and programs."""

ROUTES: tuple[()] = ()
