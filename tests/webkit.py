"""A WebKit that is on this machine, the engine of Safari, driven by WebDriver.

Debian's packages for it are webkit2gtk-driver and xvfb.
"""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE
from urllib.request import Request, urlopen

from firefox import MOST_SECONDS, until

COMMANDS = ("WebKitWebDriver", "Xvfb")  # the second is a screen that nobody sees
BROWSER = "webkit2gtk-4*/MiniBrowser"


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

    def close(self) -> None:
        """Close the window, and with it the browser."""
        urlopen(Request(self.address, method="DELETE"), timeout=MOST_SECONDS).close()

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
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with ExitStack() as running:
        screen = running.enter_context(process("Xvfb", "-displayfd", "1", stdout=PIPE))
        number = screen.stdout.readline().decode().strip()
        about = os.environ | {"DISPLAY": f":{number}", "HOME": str(folder)}
        running.enter_context(process("WebKitWebDriver", f"--port={port}", env=about))
        until(lambda: listens(port))
        window = WebKit(f"http://127.0.0.1:{port}", browser)
        running.callback(window.close)
        yield window


@contextmanager
def process(*command: str, **settings) -> Iterator[subprocess.Popen]:
    """A program that is ended afterwards."""
    with subprocess.Popen(command, **{"stdout": DEVNULL, "stderr": DEVNULL} | settings) as running:
        try:
            yield running
        finally:
            running.terminate()


def listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0
