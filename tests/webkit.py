"""A WebKit that is on this machine, the engine of Safari, driven by WebDriver.

Debian's packages for it are webkit2gtk-driver and xvfb.
"""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL
from urllib.request import Request, urlopen

COMMANDS = ("WebKitWebDriver", "Xvfb")  # the second is a screen that nobody sees
BROWSER = "webkit2gtk-4*/MiniBrowser"
MOST_SECONDS = 60  # for one answer


def find() -> Path | None:
    """The small browser that comes with the engine, if all that it needs is here."""
    if all(map(shutil.which, COMMANDS)):
        return next(Path("/usr/lib").glob(f"*/{BROWSER}"), None)
    return None


class WebKit:
    """One window."""

    def __init__(self, address: str, browser: Path):
        self.address = address
        options = {"binary": str(browser), "args": ["--automation"]}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        self.address += f"/session/{self.ask('/session', capabilities=wanted)['sessionId']}"

    def ask(self, command: str, **body):
        """Send a command and wait for its answer."""
        kind = {"Content-Type": "application/json"}
        request = Request(self.address + command, json.dumps(body).encode(), kind)
        with urlopen(request, timeout=MOST_SECONDS) as answer:
            return json.load(answer)["value"]

    def open(self, address: str) -> None:
        self.ask("/url", url=address)

    def run(self, function: str):
        """What a JavaScript function without arguments gives, as JSON carries it."""
        said = "(value) => done({ value }), (error) => done({ error: String(error) })"
        script = f"const done = arguments[0]; (async () => ({function})())().then({said});"
        answer = self.ask("/execute/async", script=script, args=[])
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer.get("value")

    def press(self, key: str) -> None:
        """Press and release a key, as a reader would."""
        actions = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        self.ask("/actions", actions=[{"type": "key", "id": "keyboard", "actions": actions}])


@contextmanager
def started(browser: Path, folder: Path) -> Iterator[WebKit]:
    """A window on a screen of its own, with an empty folder for settings."""
    screen = subprocess.Popen(["Xvfb", "-displayfd", "1"], stdout=subprocess.PIPE, stderr=DEVNULL)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    about = {"DISPLAY": f":{screen.stdout.readline().decode().strip()}", "HOME": str(folder)}
    driver = subprocess.Popen(
        ["WebKitWebDriver", f"--port={port}"],
        env=os.environ | about,
        stdout=DEVNULL,
        stderr=DEVNULL,
    )
    try:
        wait_for(port)
        yield WebKit(f"http://127.0.0.1:{port}", browser)
    finally:
        for process in (driver, screen):
            process.terminate()
            process.wait()


def wait_for(port: int) -> None:
    """Until somebody listens there."""
    for _ in range(MOST_SECONDS * 20):
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise TimeoutError
