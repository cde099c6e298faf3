"""A board as one HTML page: no script, nothing fetched, readable in light and dark and on paper. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync.ratings.davidson import START
from vlaarena_desktop.exporting import escaped

if TYPE_CHECKING:
    from vlaarena_desktop.exporting import Exported

_STYLE = """:root{color-scheme:light dark;--line:#7c8894;--dot:#0b6e63}
@media(prefers-color-scheme:dark){:root{--dot:#4fc9b9}}
body{font:15px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em}
table{border-collapse:collapse;width:100%;margin:1em 0}
th,td{padding:.35em .6em;text-align:right;border-bottom:1px solid color-mix(in srgb,currentColor 18%,transparent)}
th:nth-child(2),td:nth-child(2){text-align:left}
svg{vertical-align:middle}small{opacity:.75}"""
_WIDTH, _HEIGHT = 180.0, 18  # [px] of a whisker


def page(told: Exported) -> str:
    """The whole report."""
    head = "<th>Rank<th>Model<th>Rating<th>95 %<th>Acceptable<th>Votes<th>Battles<th>Evaluators"
    rows = "\n".join(_row(row, *_scale(told)) for row in told.rows)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>VLA Arena leaderboard</title><style>{_STYLE}</style></head><body>
<h1>Leaderboard</h1>
<p>{_counted(told)}</p>
<p>Counted: {escaped("; ".join(told.filters))}.</p>
<table><thead><tr>{head}</tr></thead><tbody>
{rows}
</tbody></table>
<h2>Who beat whom</h2>
{_pairs(told)}
<h2>Method</h2>
<p>{_method(told)}Intervals: 95 %, these evaluators (other battles, the same people). A ring is a provisional
rating: few battles, a wide interval, or models that nothing connects.</p>
<p><small>{_made_of(told)}</small></p>
</body></html>
"""


def _counted(told: Exported) -> str:
    if told.service is not None:
        return (
            f"{told.votes} votes; published by {escaped(told.service)}, fetched from there and its signature checked."
        )
    people = f"{told.votes} votes in {told.battles} battles by {told.evaluators} evaluators"
    return f"{people}; not counted: {told.left_out}."


def _method(told: Exported) -> str:
    """How the ratings of this very board are made."""
    if told.service is not None:
        return f"{escaped(' '.join(told.method))} "
    model = "Bradley-Terry with ties (Davidson), independent of the order of the votes"
    return f"{model}; {escaped('; '.join(told.method))}. "


def _made_of(told: Exported) -> str:
    program = f"{escaped(told.program)}, ratings {escaped(told.ratings_version)}"
    program += f", evaluator policy {escaped(told.policy_version)}"
    if told.watermark is None:
        return f"{escaped(told.program)}, snapshot {escaped(told.snapshot_id)}"
    return f"{program}, votes up to {escaped(told.watermark.last_voted_at)}, digest {escaped(told.watermark.sha256)}"


def _scale(told: Exported) -> tuple[float, float]:
    ends = [row[end] for row in told.rows for end in ("these_low", "these_high") if row[end] is not None]
    return min(ends, default=START - 1), max(ends, default=START + 1)


def _row(row: dict[str, Any], low: float, high: float) -> str:
    name = escaped(row["name"] or row["model_id"])
    about = escaped(" · ".join(part for part in (row["organization"], row["license"]) if part))
    rate = "–" if row["acceptable"] is None else f"{row['acceptable']:.0%}"
    counts = "".join(f"<td>{row[count]}" for count in ("votes", "battles", "evaluators"))
    if row["rating"] is None:
        return f"<tr><td>–<td>{name} <small>{about}</small><td>–<td><td>{rate}{counts}</tr>"
    ranks = f"{row['rank_low']}–{row['rank_high']}" if row["rank_low"] != row["rank_high"] else str(row["rank"])
    reach = (row["these_high"] - row["these_low"]) / 2
    whisker = _whisker(row, low, high)
    told = f"<td>{row['rating']:.0f} ± {reach:.0f}<td>{whisker}<td>{rate}"
    return f"<tr><td>{ranks}<td>{name} <small>{about}</small>{told}{counts}</tr>"


def _whisker(row: dict[str, Any], low: float, high: float) -> str:
    def place(rating: float) -> float:
        return 6 + (rating - low) / max(high - low, 1.0) * (_WIDTH - 12)

    left, right, dot = (place(row[name]) for name in ("these_low", "these_high", "rating"))
    fill = "none" if row["provisional"] else "var(--dot)"
    label = f"{row['these_low']:.0f} to {row['these_high']:.0f}"
    return (
        f'<svg width="{_WIDTH:.0f}" height="{_HEIGHT}" role="img" aria-label="{label}">'
        f'<path d="M{left:.1f} 5v8M{right:.1f} 5v8M{left:.1f} 9H{right:.1f}" stroke="var(--line)" stroke-width="2"/>'
        f'<circle cx="{dot:.1f}" cy="9" r="4" fill="{fill}" stroke="var(--dot)" stroke-width="2"/></svg>'
    )


def _pairs(told: Exported) -> str:
    lines = [
        f"<tr><td>{pair['wins']} : {pair['losses']}<td>{escaped(pair['model_id'])} – {escaped(pair['against'])}"
        f"<td>{pair['ties']}<td>{pair['both_bad']}</tr>"
        for pair in told.pairs
        if pair["model_id"] < pair["against"]
    ]
    head = "<tr><th>Won : lost<th>Pair<th>Ties<th>Both bad</tr>"
    return f"<table><thead>{head}</thead><tbody>{''.join(lines)}</tbody></table>"
