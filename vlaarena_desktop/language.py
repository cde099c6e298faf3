"""The language of the window: a translation in resources/translations, and Qt's own words beside it.

installer/translations.sh collects the texts of vlaarena_desktop into each vlaarena_<language>.ts, and makes the .qm
of it.
"""

from __future__ import annotations

from importlib import resources

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from vlaarena_desktop.settings import Language


def speak(application: QCoreApplication, wanted: Language, folder: str | None = None) -> str:
    """Install a language instead of the one spoken; the result is the language spoken, English where there is none.

    Widgets made from now on speak it.
    """
    for before in application.findChildren(QTranslator):
        application.removeTranslator(before)
        before.setParent(None)
    code = QLocale.system().name()[:2] if wanted == "system" else wanted
    ours = QTranslator(application)
    if not ours.load(f"vlaarena_{code}", folder or str(resources.files("resources") / "translations")):
        return "en"
    qt = QTranslator(application)
    if qt.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        application.installTranslator(qt)
    application.installTranslator(ours)
    return code
