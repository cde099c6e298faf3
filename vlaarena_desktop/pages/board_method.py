"""How the board is made, in plain words; and what the evaluator policy holds against whom."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from PySide6.QtWidgets import QFrame, QTextBrowser, QVBoxLayout

from sync.ratings.evaluators import Checked
from sync.ratings.intervals import Share
from sync.ratings.trust import Trust
from vlaarena_desktop.pages.board_words import method_text, reason_text
from vlaarena_desktop.quality import Judging
from vlaarena_desktop.standing import Standings


class MethodNotes(QFrame):
    """Notes to be read, never edited."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.notes = QTextBrowser()
        self.notes.setFrameShape(QFrame.Shape.NoFrame)
        self.notes.setAccessibleName(self.tr("How the board is made"))
        self.notes.document().setDocumentMargin(10)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(10, 8, 10, 8)
        inside.addWidget(self.notes)

    def show_standings(self, found: Standings, people: Mapping[str, str]) -> None:
        """The notes, and whom the policy would weigh less on this board."""
        less = [each for each in found.weighings if each.weight < 1]
        lines = [
            self.tr("{name}: weight {weight:.2f}; {reasons}.").format(
                name=escape(people.get(each.evaluator_id, each.evaluator_id)),
                weight=each.weight,
                reasons="; ".join(map(reason_text, each.reasons)),
            )
            for each in less
        ]
        policy = self.tr("The evaluator policy (version {version}) holds nothing against anybody here.")
        nobody = policy.format(version=Trust().version)
        told = lines or ([nobody] if found.weighings else [])
        told += [self._on_checks(each, people) for each in found.checks]
        told += self._judging(found, people)
        if found.provenance is not None:
            published = self.tr("Published by the central service: {method}").format(method=found.provenance.method)
            told.append(escape(published))
        self.notes.setHtml(method_text() + "".join(line if line[:1] == "<" else f"<p>{line}</p>" for line in told))

    def _judging(self, found: Standings, people: Mapping[str, str]) -> list[str]:
        """A table of how everybody judged, and how far they agree."""
        if not found.judging:
            return [self._agreement(found)] if found.agreement is not None else []
        heads = [self.tr("Evaluator"), self.tr("Votes"), self.tr("Left preferred"), self.tr("Like the others")]
        heads += [self.tr("Seconds to the vote"), self.tr("Left of one model twice")]
        rows = [
            f"<tr><td>{escape(people.get(each.evaluator_id, each.evaluator_id))}</td><td>{each.votes}</td>"
            f"<td>{_share(each.left)}</td><td>{each.likelihood:+.1f}</td><td>{_seconds(each)}</td>"
            f"<td>{_share(each.checks.alike_left) if each.checks else '–'}</td></tr>"
            for each in found.judging
        ]
        head = "".join(f"<th align='left'>{each}</th>" for each in heads)
        about = self.tr(
            "Like the others: standard deviations by which the board without her expects her votes more (+) or less "
            "(−) than most votes of a board."
        )
        return [f"<table cellspacing='8'><tr>{head}</tr>{''.join(rows)}</table>", about, self._agreement(found)]

    def _agreement(self, found: Standings) -> str:
        told = found.agreement
        if told is None or told.alpha is None:
            return self.tr("Agreement: no two evaluators judged the same pair at the same task.")
        text = self.tr(
            "Agreement of evaluators on the same pair at the same task (Krippendorff's alpha, 1 all agree, 0 chance): "
            "{alpha:.2f}, of {units} such pairs. They never saw the same motions, so what these differ by counts as "
            "disagreement."
        )
        ends = self.tr(" 95 %: {low:.2f} to {high:.2f}.")
        between = ends.format(low=told.interval.low, high=told.interval.high) if told.interval else ""
        return text.format(alpha=told.alpha, units=told.units) + between

    def _on_checks(self, done: Checked, people: Mapping[str, str]) -> str:
        """How somebody judged what has a known answer."""
        text = self.tr(
            "Hidden checks of {name}: one model twice, called alike {alike} of {pairs} times; "
            "own pairs shown again with the sides exchanged, judged the same {same} of {repeats} times; "
            "an arm that does nothing, not preferred {passed} of {idle} times."
        )
        name = escape(people.get(done.evaluator_id, done.evaluator_id))
        counts = {"alike": done.alike.count, "pairs": done.alike.of, "same": done.repeats.count}
        counts |= {"passed": done.no_op.count, "idle": done.no_op.of}
        return text.format(name=name, repeats=done.repeats.of, **counts)


def _share(told: Share) -> str:
    return f"{told.count}/{told.of}" if told.of else "–"


def _seconds(told: Judging) -> str:
    return "–" if told.seconds_before_vote is None else f"{told.seconds_before_vote:.0f}"
