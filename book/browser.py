"""The browser that tests the site and prints it: any Chromium that starts on this machine.

Run as a program (`make test` does), it also installs one if there is none, or says what to install.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserType, Error, sync_playwright

SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
"""Chromium without windows: it opens a page in less than half the time."""

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
MOST_SECONDS = 600  # for one command that installs: a slow network, not a silent one

# The tests forbid every request that leaves the machine, so the browser must make none of its own.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WHAT_TO_INSTALL = (
    "Testing or printing the site needs a browser and none starts here: install Chromium or Google "
    "Chrome (Debian: apt-get install chromium; macOS: brew install --cask google-chrome; "
    "elsewhere: https://www.google.com/chrome/) and run the command again."
)

READY = """async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const places = [...document.querySelectorAll(".widget")];
    const settled = (place) => "live" in place.dataset || place.querySelector(".widget-problem");
    const end = performance.now() + 30_000;
    while (!places.every(settled)) {
        if (performance.now() > end) throw new Error("after 30 s a widget does not live yet");
        await frame();
    }
    await document.fonts.ready;
    await frame();
}"""
"""Waits until a page has its widgets and its fonts; an error if it never gets them."""


def candidates(chromium: BrowserType) -> Iterator[Path | None]:
    """Browsers on this machine, those without windows first; None: the one Playwright installed."""
    yield from (Path(found) for command in SHELLS if (found := shutil.which(command)))
    yield None
    yield from (Path(found) for command in COMMANDS if (found := shutil.which(command)))
    for place in (*PLACES, chromium.executable_path):
        if Path(place).exists():
            yield Path(place)


def launch(chromium: BrowserType, **options: Any) -> Browser | None:
    """Start the first browser that starts, headless. None if there is none."""
    for executable in candidates(chromium):
        try:
            return chromium.launch(executable_path=executable, args=FLAGS, **options)
        except Error:  # none, a stub, or a system library is missing: try the next
            continue
    return None


def installers() -> Iterator[list[str]]:
    """Commands that may bring a browser, the least intrusive first."""
    yield [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
    if shutil.which("apt-get") and os.geteuid() == 0:
        yield ["apt-get", "update"]
        yield ["apt-get", "install", "--yes", "chromium-headless-shell"]
        yield ["apt-get", "install", "--yes", "chromium"]
        # Ubuntu's chromium package is only a pointer to a snap, which containers cannot run.
        # If Playwright's own browser is here and does not start, what it lacks is libraries.
        yield [sys.executable, "-m", "playwright", "install-deps", "chromium"]


def find() -> str | None:
    """The name and version of the browser that will be driven, if there is one."""
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        return browser and f"{browser.browser_type.name} {browser.version}"


def main() -> None:
    found = find()
    for command in () if found else installers():
        print("No browser yet. Trying:", *command, flush=True)
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(command, stdin=subprocess.DEVNULL, timeout=MOST_SECONDS)
        if found := find():
            break
    if not found:
        sys.exit(WHAT_TO_INSTALL)
    print("The browser is", found)


if __name__ == "__main__":
    main()
