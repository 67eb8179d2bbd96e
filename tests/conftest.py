"""What several tests share: the built site, served, and a browser to open it with."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import find_browser
import pytest
from playwright.sync_api import Browser, sync_playwright


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a browser run last: once Playwright has started, an event loop is running in
    this thread until the end, and what executes notebooks cannot start its own.
    """
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


def pytest_terminal_summary(terminalreporter) -> None:
    """Say how fast the widgets answered."""
    reports = (r for kind in ("passed", "failed") for r in terminalreporter.getreports(kind))
    lines = [text for r in reports for name, text in r.user_properties if name == "widget"]
    if lines:
        terminalreporter.section("how fast the widgets answer")
        terminalreporter.write_line("\n".join(lines))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium. Each test opens pages in a context of its own."""
    with sync_playwright() as playwright:
        browser = find_browser.launch(playwright)
        if browser is None:
            pytest.fail(find_browser.WHAT_TO_INSTALL, pytrace=False)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site_folder() -> Path:
    """The folder of the built site."""
    folder = Path(__file__).parent.parent / "_build" / "html"
    if not (folder / "index.html").exists():
        pytest.fail("The site is not built yet: run `make book` first.", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def site(site_folder: Path) -> Iterator[str]:
    """The address of the site, served on this machine, without the slash at its end."""
    handler = partial(QuietHandler, directory=site_folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a line in the log for each."""

    def log_message(self, *_: object) -> None:
        pass
