"""Is A better yet? Two models, the evidence so far, and a promise made before the first battle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import exp

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sync.ratings.registration import Registration
from vlaarena_desktop import theme
from vlaarena_desktop.pages.calm_bar import CalmBar
from vlaarena_desktop.pages.chance_bar import ChanceBar
from vlaarena_desktop.pages.setting_row import number_field
from vlaarena_desktop.pairwise import Comparison, compare, watched_with_one_more
from vlaarena_desktop.standing import Standings

_MOST_BATTLES, _MOST_PAIRS, _USUAL = 100_000, 100, 200
_METER = 1000
_LARGEST = 20.0  # log evidence beyond which no number is told


class PairPanel(QFrame):
    """It reads no store; what is to be promised goes out as a signal."""

    promised = Signal(str, str, int, int)  # first and second model, battles at most, pairs watched

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._found: Standings | None = None
        self._promises: tuple[Registration, ...] = ()
        self.first, self.second = QComboBox(), QComboBox()
        self.decision, self.told, self.evidence, self.chance = QLabel(), QLabel(), QLabel(), QLabel()
        self.promise = QLabel()
        self.meter, self.bar = CalmBar(), ChanceBar()
        self.battles, self.pairs = number_field(1, _MOST_BATTLES), number_field(1, _MOST_PAIRS)
        self.register = QPushButton(self.tr("Register this comparison"))
        self._dress_widgets()
        self._lay_out()
        for box in (self.first, self.second):
            box.currentIndexChanged.connect(self._show)
        self.register.clicked.connect(self._promise)

    def offer(self, names: Mapping[str, str]) -> None:
        """The models that may be compared, by id; what was chosen stays chosen."""
        for place, box in enumerate((self.first, self.second)):
            chosen = box.currentData()
            with QSignalBlocker(box):
                box.clear()
                for model_id, name in names.items():
                    box.addItem(name, model_id)
                box.setCurrentIndex(max(box.findData(chosen), min(place, box.count() - 1) if chosen is None else 0))

    def show_standings(self, found: Standings, promises: Iterable[Registration]) -> None:
        """Compare by these votes and promises."""
        self._found, self._promises = found, tuple(promises)
        self.pairs.setMinimum(watched_with_one_more(found, self._promises))
        self._show()

    def choose(self, first: str, second: str) -> None:
        """Compare these two."""
        self.first.setCurrentIndex(self.first.findData(first))
        self.second.setCurrentIndex(self.second.findData(second))

    def dress(self, colors: theme.Colors) -> None:
        """Follow the colour scheme."""
        self.bar.dress(colors)

    @Slot()
    def _show(self) -> None:
        first, second = self.first.currentData(), self.second.currentData()
        chosen = first is not None and second is not None and first != second
        known = {place.model_id for place in self._found.places} if self._found is not None else set[str]()
        ready = chosen and {first, second} <= known
        for widget in (self.meter, self.bar, self.evidence, self.chance, self.promise, self.told):
            widget.setVisible(ready)
        self.register.setEnabled(chosen)
        if ready and self._found is not None:
            self._tell(compare(self._found, first, second, self._promises))
            return
        for label in (self.evidence, self.chance, self.promise, self.told):
            label.clear()
        unknown = self.tr("No votes on these two yet: now is the time to register the comparison.")
        self.decision.setText(unknown if chosen else self.tr("Choose two different models."))

    def _tell(self, found: Comparison) -> None:
        told, names = found.verdict, (self.first.currentText(), self.second.currentText())
        self.decision.setText(self._decided(found, *names))
        self.meter.setValue(round(_METER * told.meter))
        self.evidence.setText(self._evidence(found, names[0]))
        self.bar.show_chance(told.chance)
        chance = self.tr("{first} wins {low:.0%} to {high:.0%} of such battles; this holds however often you look.")
        self.chance.setText(chance.format(first=names[0], low=told.chance.low, high=told.chance.high))
        self.told.setText(self._further(found, *names))
        self.promise.setText(self._promise_text(found))
        for widget in (self.register, self.battles, self.pairs):
            widget.setVisible(found.registration is None)
        self._labels.setVisible(found.registration is None)

    def _evidence(self, found: Comparison, first: str) -> str:
        told = found.verdict
        text = self.tr(
            "Evidence {now} : 1; {needed:.0f} : 1 decides. "
            "Of {battles} battles that told them apart {first} won {wins}."
        )
        battles = told.wins + told.losses
        return text.format(
            now=_odds(told.evidence), needed=exp(told.threshold), battles=battles, first=first, wins=told.wins
        )

    def _decided(self, found: Comparison, first: str, second: str) -> str:
        if found.verdict.decision == "open":
            if found.finished:
                return self.tr("Not decided, and the promised battles are used up.")
            return self.tr("Not decided yet.")
        better, other = (first, second) if found.verdict.decision == "first" else (second, first)
        after = found.verdict.decided_after
        return self.tr("{better} is better than {other}: decided after {battles} battles.").format(
            better=better, other=other, battles=after
        )

    def _further(self, found: Comparison, first: str, second: str) -> str:
        one, other = found.acceptable
        parts = []
        if found.lead is not None and found.lead_interval is not None and found.better is not None:
            lead = self.tr(
                "Lead of {first}: {lead:+.0f} points, between {low:+.0f} and {high:+.0f} (95 %, these evaluators)."
            )
            ends = found.lead_interval
            parts.append(lead.format(first=first, lead=found.lead, low=ends.low, high=ends.high))
        if found.battles_needed:
            parts.append(
                self.tr("About {battles} more battles would separate them.").format(battles=found.battles_needed)
            )
        if one.of and other.of:
            rates = self.tr("Acceptable: {first} {one:.0%}, {second} {other:.0%}.")
            parts.append(rates.format(first=first, second=second, one=one.rate, other=other.rate))
        return " ".join(parts)

    def _promise_text(self, found: Comparison) -> str:
        made = found.registration
        if made is None:
            looked = self.tr(
                "Looked at without a promise, and so with evidence enough for all {pairs} pairs of this board: "
                "register the comparison before its first battle, so that nobody can choose afterwards which battles "
                "count."
            )
            return looked.format(pairs=found.pairs)
        text = self.tr(
            "Registered on {day}: robot {robot}, at most {battles} battles, pairs watched {pairs}, error {alpha:.0%}. "
            "Battles before do not count ({ignored}). Fingerprint {digest}."
        )
        facts = {"day": made.created_at[:10], "robot": made.robot_id, "battles": made.maximum_battles}
        rest = {"pairs": made.pairs, "alpha": made.alpha, "ignored": found.ignored, "digest": made.digest[:12]}
        return text.format(**facts, **rest)

    @Slot()
    def _promise(self) -> None:
        first, second = self.first.currentData(), self.second.currentData()
        if first and second and first != second:
            self.promised.emit(first, second, self.battles.value(), self.pairs.value())

    def _dress_widgets(self) -> None:
        self.meter.setRange(0, _METER)
        self.meter.setTextVisible(False)
        self.battles.setValue(_USUAL)
        self.decision.setObjectName("lead")
        named: tuple[tuple[QWidget, str], ...] = (
            (self.first, self.tr("First model")),
            (self.second, self.tr("Second model")),
            (self.meter, self.tr("Evidence")),
            (self.bar, self.tr("How often the first wins, between two ends")),
            (self.battles, self.tr("Battles at most")),
            (self.pairs, self.tr("Pairs watched at once")),
            (self.register, self.register.text()),
        )
        for widget, name in named:
            widget.setAccessibleName(name)
            widget.setToolTip(name)
        for label in (self.decision, self.told, self.evidence, self.chance, self.promise):
            label.setWordWrap(True)
        for quiet in (self.promise, self.evidence):
            quiet.setObjectName("quiet")

    def _lay_out(self) -> None:
        who, promise = QHBoxLayout(), QHBoxLayout()
        who.addWidget(self.first, 1)
        who.addWidget(QLabel(self.tr("against")))
        who.addWidget(self.second, 1)
        who.addStretch(1)
        self._labels = QLabel(self.tr("Battles at most, and pairs watched at once:"))
        for widget in (self._labels, self.battles, self.pairs, self.register):
            promise.addWidget(widget)
        promise.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(10)
        column.addLayout(who)
        for part in (self.decision, self.meter, self.evidence, self.bar, self.chance, self.told, self.promise):
            column.addWidget(part)
        column.addLayout(promise)
        column.addStretch(1)


def _odds(evidence: float) -> str:
    """Evidence as odds: e to one."""
    if evidence > _LARGEST:
        return f"> {exp(_LARGEST):.0e}"
    return f"{exp(evidence):.0f}" if evidence > 2 else f"{exp(evidence):.2g}"
