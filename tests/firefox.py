"""A Firefox that is on this machine, driven by WebDriver BiDi, the protocol that it speaks itself.

Playwright drives only a Firefox of its own.
"""

import base64
import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL

from websocket import create_connection

COMMANDS = ("firefox", "firefox-esr")
MOST_SECONDS = 60  # for one answer

NOBODY_ELSE = """
user_pref("network.proxy.type", 1);
user_pref("network.proxy.http", "127.0.0.1");
user_pref("network.proxy.http_port", 9);
user_pref("network.proxy.ssl", "127.0.0.1");
user_pref("network.proxy.ssl_port", 9);
user_pref("network.proxy.no_proxies_on", "127.0.0.1");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.normandy.enabled", false);
"""
"""Settings with which it reaches this machine alone."""


def find() -> str | None:
    """The command that starts Firefox, if there is one."""
    return next(filter(None, map(shutil.which, COMMANDS)), None)


class Firefox:
    """One tab, and what its pages wrote on the console."""

    def __init__(self, address: str):
        self.socket = create_connection(address, suppress_origin=True, timeout=MOST_SECONDS)
        self.numbers = itertools.count(1)
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self.tab = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def ask(self, method: str, **params) -> dict:
        """Send a command and wait for its answer; note what happens meanwhile."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == number:
                if message["type"] == "error":
                    raise RuntimeError(f"{method}: {message['message']}")
                return message["result"]
            self.note(message)

    def note(self, message: dict) -> None:
        said = message.get("params", {})
        if message.get("method") == "network.beforeRequestSent":
            self.requests.append(said["request"]["url"])
        elif said.get("level") in ("error", "warn"):
            self.complaints.append(said["text"])

    def open(self, address: str) -> None:
        """Go to a page. Firefox may answer while the tab still has its empty one."""
        self.ask("browsingContext.navigate", context=self.tab, url=address, wait="complete")
        there = "() => document.readyState === 'complete' && location.href.split('#')[0]"
        until(lambda: self.run(there) == address.split("#")[0])

    def run(self, function: str):
        """What a JavaScript function without arguments gives, as JSON carries it."""
        answer = self.ask(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({function})()))()",
            target={"context": self.tab},
            awaitPromise=True,
        )
        if answer["type"] != "success":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"].get("value", "null"))

    def press(self, key: str) -> None:
        """Press and release a key, as a reader would."""
        actions = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        keyboard = {"type": "key", "id": "keyboard", "actions": actions}
        self.ask("input.performActions", context=self.tab, actions=[keyboard])

    def screenshot(self, file: Path) -> None:
        taken = self.ask("browsingContext.captureScreenshot", context=self.tab)
        file.write_bytes(base64.b64decode(taken["data"]))


@contextmanager
def started(command: str, profile: Path) -> Iterator[Firefox]:
    """A headless Firefox with a profile of its own."""
    (profile / "user.js").write_text(NOBODY_ELSE, encoding="utf-8")
    options = ["--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", profile]
    process = subprocess.Popen([command, *options], stdout=DEVNULL, stderr=DEVNULL)
    listens = profile / "WebDriverBiDiServer.json"  # Firefox writes it once it does
    try:
        until(lambda: listens.exists() and listens.read_text())
        where = json.loads(listens.read_text())
        yield Firefox(f"ws://{where['ws_host']}:{where['ws_port']}/session")
    finally:
        process.kill()
        process.wait()


def until(happens) -> None:
    """Wait for something that is true sooner or later."""
    for _ in range(MOST_SECONDS * 20):
        if happens():
            return
        time.sleep(0.05)
    raise TimeoutError
