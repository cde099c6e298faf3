"""What can be read of a running window without a key: texts, item models, paint, clipboard, files, processes."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import numpy as np
from faults.daemons import children
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QByteArray, QModelIndex, QObject, QPoint, Qt, QUrl
from PySide6.QtGui import QAccessible, QClipboard, QGuiApplication, QKeySequence, QPainter, QPicture
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QCompleter, QLineEdit, QWidget

from scenes.episode import read_episode
from scenes.errors import BadInput

_TEXTS = ("QString", "QStringList", "QByteArray", "QUrl", "QKeySequence", "QVariant")
_KNOWN: dict[tuple[type[QObject], str], tuple[str, ...]] = {}
_ROLES = (*range(Qt.ItemDataRole.WhatsThisRole + 1), *range(11, 15), *range(256, 262))  # theirs, and the first own
_SPOKEN = (
    QAccessible.Text.Name,
    QAccessible.Text.Description,
    QAccessible.Text.Value,
    QAccessible.Text.Help,
    QAccessible.Text.Accelerator,
)


def of_the_window() -> dict[str, bytes]:
    """By widget: every text it has, shows or tells a screen reader; and what each window paints as text."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    gc.collect()  # else what earlier windows left behind is freed on the way, with menus that are listed here
    found = {"application": "\n".join(_texts(application))}
    for top in application.topLevelWidgets():
        for each in (top, *top.findChildren(QObject)):
            texts = [*_texts(each), *_spoken(each)]
            for model in _models(each):
                texts += _items(model)
            name = f"{type(each).__name__} {each.objectName()} {id(each):x}"
            found[name] = "\n".join(texts)
    contents = {name: text.encode() for name, text in found.items() if text.strip()}
    return contents | {f"painted {top.windowTitle()}": painted(top) for top in _visible(application)}


def words() -> list[str]:
    """Every text and every number of the visible windows, widget by widget."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    gc.collect()
    objects = (each for top in _visible(application) for each in (top, *top.findChildren(QObject)))
    return [text for each in objects for text in (*_texts(each), *_counts(each))]


def painted(window: QWidget) -> bytes:
    """What painting the window would draw, as a list of orders: texts are among them as they are, in UTF-16."""
    picture = QPicture()
    painter = QPainter(picture)
    window.render(painter, QPoint())
    painter.end()
    return bytes(picture.data())


def of_the_clipboard() -> dict[str, bytes]:
    clipboard, found = QGuiApplication.clipboard(), {}
    for mode in (QClipboard.Mode.Clipboard, QClipboard.Mode.Selection):
        kept = clipboard.mimeData(mode)
        for kind in kept.formats() if kept is not None else ():
            found[f"clipboard {mode.name} {kind}"] = bytes(kept.data(kind).data())
    return found


def of_files(folders: Iterable[Path]) -> dict[str, bytes]:
    """By path: its name and its bytes; of an episode also what it says when it is unpacked."""
    found = {}
    for path in (path for folder in folders for path in folder.rglob("*")):
        inside = path.read_bytes() if path.is_file() and path.parent.name != "cards" else b""
        told = b"" if path.parent.name == "cards" else str(path).encode()
        found[str(path)] = told + b"\n" + inside + unpacked(inside)
    return found


def unpacked(content: bytes) -> bytes:
    """Every text and every number of an episode; nothing of anything else."""
    try:
        episode = read_episode(content)
    except BadInput:
        return b""
    return b"\n".join(_leaves(episode))


def of_processes(parent: int) -> dict[str, bytes]:
    """What the system tells of a process and of those it started: where there is /proc."""
    found = {}
    for process in (parent, *children(parent)):
        for name in ("cmdline", "comm", "environ"):
            path = Path(f"/proc/{process}/{name}")
            found[str(path)] = path.read_bytes() if path.exists() else b""
    return found


def _leaves(value: object) -> Iterator[bytes]:
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _leaves(getattr(value, name))
    elif isinstance(value, tuple):
        for each in value:
            yield from _leaves(each)
    else:
        yield value.tobytes() if isinstance(value, np.ndarray) else str(value).encode()


def _visible(application: QApplication) -> list[QWidget]:
    return [top for top in application.topLevelWidgets() if top.isVisible()]


def _texts(each: QObject) -> list[str]:
    own = [bytes(name.data()).decode() for name in each.dynamicPropertyNames()]
    names = [*_text_properties(each), *(name for name in own if not name.startswith(("_q_", "_PySide")))]  # theirs
    return [text for name in names for text in _strings(each.property(name))]


def _text_properties(each: QObject) -> tuple[str, ...]:
    """The names of its class's properties that hold text."""
    meta = each.metaObject()
    kind = type(each), meta.className()
    if kind not in _KNOWN:
        properties = [meta.property(index) for index in range(meta.propertyCount())]
        _KNOWN[kind] = tuple(str(one.name()) for one in properties if one.isReadable() and one.typeName() in _TEXTS)
    return _KNOWN[kind]


def _counts(each: QObject) -> list[str]:
    """Values, ranges and sizes: what is told without words."""
    names = ("value", "minimum", "maximum", "width", "height", "visible", "enabled", "checked", "currentIndex", "count")
    values = ((name, each.property(name)) for name in names)
    return [f"{name} {value}" for name, value in values if isinstance(value, int | float)]


def _strings(value: object) -> list[str]:
    if isinstance(value, list | tuple):
        return [text for each in value for text in _strings(each)]
    if isinstance(value, dict):
        return _strings([*value.keys(), *value.values()])
    if value is None or isinstance(value, bool | int | float):
        return []
    if isinstance(value, QByteArray):
        return [bytes(value.data()).decode(errors="replace")]
    text = value.toString() if isinstance(value, QKeySequence | QUrl) else str(value)
    return [text] if text else []


def _spoken(each: QObject) -> list[str]:
    if not isinstance(each, QWidget):
        return []
    spoken = QAccessible.queryAccessibleInterface(each)
    return [spoken.text(kind) for kind in _SPOKEN] if spoken is not None else []


def _models(each: QObject) -> list[QAbstractItemModel]:
    completer = each.completer() if isinstance(each, QLineEdit) else each
    models = [completer.model(), completer.completionModel()] if isinstance(completer, QCompleter) else []
    if isinstance(each, QAbstractItemView | QComboBox) and each.model() is not None:
        models.append(each.model())
    if isinstance(each, QAbstractItemModel):
        models.append(each)
    return models


def _items(model: QAbstractItemModel, parent: QModelIndex | None = None) -> Iterator[str]:
    parent = parent or QModelIndex()
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)
    for row in range(model.rowCount(parent)):
        for column in range(columns):
            index = model.index(row, column, parent)
            for role in _ROLES:
                yield from _strings(model.data(index, role))
        yield from _items(model, model.index(row, 0, parent))
    for number in range(columns):
        yield from _strings(model.headerData(number, Qt.Orientation.Horizontal))
