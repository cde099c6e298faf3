"""How the board is made, in plain words; and what the evaluator policy holds against whom."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from PySide6.QtWidgets import QFrame, QTextBrowser, QVBoxLayout

from sync.ratings.evaluators import Checked
from sync.ratings.trust import Trust
from vlaarena_desktop.pages.board_words import method_text, reason_text
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
        if found.provenance is not None:
            published = self.tr("Published by the central service: {method}").format(method=found.provenance.method)
            told.append(escape(published))
        self.notes.setHtml(method_text() + "".join(f"<p>{line}</p>" for line in told))

    def _on_checks(self, done: Checked, people: Mapping[str, str]) -> str:
        """How somebody judged what has a known answer."""
        text = self.tr(
            "Hidden checks of {name}: one model twice, called alike {alike} of {pairs} times; "
            "own battles shown again, judged the same {same} of {repeats} times; "
            "an arm that does nothing, not preferred {passed} of {idle} times."
        )
        name = escape(people.get(done.evaluator_id, done.evaluator_id))
        counts = {"alike": done.alike.count, "pairs": done.alike.of, "same": done.repeats.count}
        counts |= {"passed": done.no_op.count, "idle": done.no_op.of}
        return text.format(name=name, repeats=done.repeats.of, **counts)
