"""Votes to ratings: pure functions of the vote log, recomputed and never incremented."""
