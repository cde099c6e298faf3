"""How the window looks: Fusion with our own light or dark palette, and the two sides' colours (Okabe-Ito)."""

from __future__ import annotations

from importlib import resources
from typing import Literal, Protocol, runtime_checkable

from msgspec import Struct, structs
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from vlaarena_desktop.sides import SIDE_COLORS

Scheme = Literal["light", "dark"]
PARTS_CONTRAST = 3.0  # at least, of what one must see and is no text


class Colors(Struct, frozen=True, kw_only=True):
    """The named colours of one scheme, as #RRGGBB."""

    window: str  # behind everything
    card: str  # raised areas
    raised: str  # buttons on a card
    hover: str
    line: str  # borders that only divide
    edge: str  # borders of what is typed into and drawn by hand: parts one must see
    text: str
    quiet: str  # secondary text
    accent: str  # the one accent, as a fill
    accent_hover: str
    on_accent: str  # text on the accent
    link: str  # the accent as text
    good: str
    bad: str
    warn: str
    notice: str  # a notice's background
    alarm: str  # an error's background
    stage: str  # behind an empty viewer
    disabled: str


LIGHT = Colors(
    window="#EEF1F4",
    card="#FFFFFF",
    raised="#F4F6F8",
    hover="#E6EAEE",
    line="#D3DAE1",
    edge="#7C8894",
    text="#17212B",
    quiet="#52606D",
    accent="#0B6E63",
    accent_hover="#095A51",
    on_accent="#FFFFFF",
    link="#0B6E63",
    good="#17703A",
    bad="#B3261E",
    warn="#8A5A00",
    notice="#E4F1EF",
    alarm="#FCEBE9",
    stage="#DDE3E9",
    disabled="#808B97",
)
DARK = Colors(
    window="#14191F",
    card="#1D242C",
    raised="#28313B",
    hover="#333E4A",
    line="#3A4653",
    edge="#74828F",
    text="#EDF1F5",
    quiet="#A7B3C0",
    accent="#2BA697",
    accent_hover="#37BDAC",
    on_accent="#06211E",
    link="#4FC9B9",
    good="#6BCB8B",
    bad="#FF8A80",
    warn="#F2B84B",
    notice="#17342F",
    alarm="#3B2022",
    stage="#262E37",
    disabled="#7C8896",
)
SCHEMES: dict[Scheme, Colors] = {"light": LIGHT, "dark": DARK}


@runtime_checkable
class Dressed(Protocol):
    """Whatever draws something by hand and follows a change of the colours."""

    def dress(self, colors: Colors) -> None:
        """Draw in these colours from now on."""


@runtime_checkable
class Released(Protocol):
    """A page that holds viewers."""

    def release(self) -> None:
        """Free their OpenGL resources."""


def scheme_of(application: QApplication, wanted: Literal["system", "light", "dark"] = "system") -> Scheme:
    """The scheme wanted, or what the desktop asks for; light where it does not say."""
    if wanted != "system":
        return wanted
    dark = application.styleHints().colorScheme() is Qt.ColorScheme.Dark
    return "dark" if dark else "light"


def colors_of(application: QApplication) -> Colors:
    """The colours last applied to the application."""
    return SCHEMES["dark" if application.property("vlaarena_scheme") == "dark" else "light"]


def apply(application: QApplication, scheme: Scheme) -> None:
    """Dress the whole application in a scheme."""
    colors = SCHEMES[scheme]
    if application.property("vlaarena_scheme") is None:
        application.setStyle("Fusion")
    application.setProperty("vlaarena_scheme", scheme)
    application.setPalette(_palette(colors))
    application.setStyleSheet(_style_sheet(colors))


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours, 1 .. 21 (WCAG 2.2, definition of contrast ratio)."""
    brighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def outline(color: str, ground: str, ink: str) -> str:
    """What to draw round a part of this colour, so that it is seen: `ink` where it alone is too faint (WCAG 1.4.11)."""
    return color if contrast(color, ground) >= PARTS_CONTRAST else ink


def _luminance(color: str) -> float:
    parsed = QColor(color)
    channels = (parsed.redF(), parsed.greenF(), parsed.blueF())
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def _palette(colors: Colors) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for target, color in (
        (role.Window, colors.window),
        (role.WindowText, colors.text),
        (role.Base, colors.card),
        (role.AlternateBase, colors.raised),
        (role.Text, colors.text),
        (role.Button, colors.raised),
        (role.ButtonText, colors.text),
        (role.ToolTipBase, colors.card),
        (role.ToolTipText, colors.text),
        (role.PlaceholderText, colors.quiet),
        (role.BrightText, colors.quiet),  # ours: secondary text on a list
        (role.Highlight, colors.accent),
        (role.HighlightedText, colors.on_accent),
        (role.Link, colors.link),
        (role.Mid, colors.line),
    ):
        palette.setColor(target, QColor(color))
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, QColor(colors.disabled))
    return palette


def _style_sheet(colors: Colors) -> str:
    sheet = (resources.files("resources") / "style" / "window.qss").read_text(encoding="utf-8")
    names = structs.asdict(colors) | {"side_a": SIDE_COLORS[0], "side_b": SIDE_COLORS[1]}
    drawings = {"arrow": "arrow-down", "sortdown": "sort-down", "sortup": "sort-up", "tick": "tick"}
    for name, drawn in drawings.items():
        file = f"{drawn}-{'dark' if colors is DARK else 'light'}.svg"
        names[name] = str(resources.files("resources") / "icons" / file).replace("\\", "/")
    for name in sorted(names, key=len, reverse=True):
        sheet = sheet.replace(f"@{name}", names[name])
    return sheet
