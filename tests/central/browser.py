"""A real Chromium without a window: Debian's `chromium` and `chromium-driver`, one for all tests of a file."""

from __future__ import annotations

import base64
import contextlib
import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

Scheme = Literal["light", "dark"]
_HEIGHT = 900
_FLAGS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars")
_AXE = "axe.run(document, {resultTypes: ['violations']}).then(arguments[arguments.length - 1])"


class Browser:
    """Chromium as tests use it."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver, self.url = driver, url
        self._axe = _axe_source()

    def open(self, path: str, *, width: int = 1280, scheme: Scheme = "light") -> None:
        """Show a page in a window of this width and colour scheme."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._command("Emulation.setEmulatedMedia", features=features)
        size = {"width": width, "height": _HEIGHT, "deviceScaleFactor": 1, "mobile": width < 600}
        self._command("Emulation.setDeviceMetricsOverride", **size)
        self.driver.get(f"{self.url}{path}")

    def asked(self, script: str, *values: Any) -> Any:
        """What a script of the test, not of the page, finds."""
        return self.driver.execute_script(script, *values)

    def violations(self) -> list[str]:
        """What axe-core finds wrong with the page, and where."""
        self.driver.execute_script(self._axe)
        found = self.driver.execute_async_script(_AXE)
        assert len(found["passes"]) > 5, "axe has looked at nothing"
        return [f"{each['id']}: {node['html'][:160]}" for each in found["violations"] for node in each["nodes"]]

    def accessible(self) -> list[tuple[str, str]]:
        """Role and name of everything that assistive technology is told."""
        nodes = self._command("Accessibility.getFullAXTree")["nodes"]
        shown = [node for node in nodes if not node["ignored"]]
        return [(str(node["role"]["value"]), str(node.get("name", {}).get("value", ""))) for node in shown]

    def picture(self) -> bytes:
        """The whole page as PNG."""
        width, height = self.asked("return [innerWidth, document.documentElement.scrollHeight]")
        clip = {"x": 0, "y": 0, "width": width, "height": min(height, 4000), "scale": 1}
        return base64.b64decode(self._command("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"])

    def complaints(self) -> list[str]:
        """What the console has said since the last time: refused by the policy, missing, not understood."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def _command(self, name: str, **values: Any) -> Any:
        return self.driver.execute_cdp_cmd(name, values)


@contextlib.contextmanager
def browsing(url: str) -> Iterator[Browser]:
    """A browser for the pages of this address."""
    options = webdriver.ChromeOptions()
    options.binary_location = _program("chromium", "chromium-browser")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in _FLAGS:
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(_program("chromedriver")))
    try:
        yield Browser(driver, url)
    finally:
        driver.quit()


def _program(*names: str) -> str:
    for name in names:
        if (found := shutil.which(name)) is not None:
            return found
    raise AssertionError(f"There is no {names[0]}: install the Debian packages `chromium` and `chromium-driver`.")


def _axe_source() -> str:
    """axe-core as the package axe-core-python ships it, which is never imported."""
    found = importlib.util.find_spec("axe_core_python")
    assert found is not None, "install axe-core-python (the extra `test`)"
    return (Path(str(found.origin)).parent / "axe.min.js").read_text(encoding="utf-8")
