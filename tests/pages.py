"""The pages of the built site, opened in a browser."""

from functools import cache
from io import BytesIO
from pathlib import Path

from bs4 import BeautifulSoup
from PIL import Image, ImageChops
from playwright.sync_api import Browser, BrowserContext, Page
from stored import ROOT

from book.browser import READY
from book.extension.in_the_browser import FOLDER as RUNNING

HTML = ROOT / "_build" / "html"

DRAWN = """async () => {
    for (let k = 0; k < 2; k++) await new Promise((done) => requestAnimationFrame(done));
}"""
"""Waits until what has come near, by scrolling for instance, is laid out and shown."""

LAY_OUT = f"""() => {{
    document.documentElement.classList.remove("from-the-top");
    return ({DRAWN})();
}}"""
"""Lays a page out whole, as it is for a reader who comes to a place further down."""

FRONT_DOOR = "index.html"
"""Redirects to the landing page."""


def built() -> list[str]:
    """Every page, by its address within the site."""
    pages = (path.relative_to(HTML) for path in HTML.glob("**/*.html"))
    names = {page.as_posix() for page in pages if "_static" not in page.parts}
    return sorted(name for name in names - {FRONT_DOOR} if not name.startswith(f"{RUNNING}/"))


PAGES = built() or ["no page is built"]  # the fixture `site_folder` says what to do

LISTINGS = [page for page in PAGES if page.startswith("_modules/")]
"""Source code with colours, a page a file."""
ERROR_PAGE = "404.html"
TO_OPEN = [page for page in PAGES if page not in (*LISTINGS[1:], ERROR_PAGE)]
"""The pages to open in a browser: one listing stands for all, and the error page is one alone."""


def page_of(notebook: Path) -> str:
    """The page that a notebook became, by its address within the site."""
    return notebook.relative_to(ROOT).with_suffix(".html").as_posix()


@cache
def parsed(page: str) -> BeautifulSoup:
    """The markup of a page, by its address within the site; nobody may change it."""
    return BeautifulSoup((HTML / page).read_text(encoding="utf-8"), "html.parser")


@cache
def parsed_head(page: str) -> BeautifulSoup:
    """Its head alone, which is there at once."""
    head, found, _ = (HTML / page).read_text(encoding="utf-8").partition("</head>")
    assert found, f"{page} has no head"
    return BeautifulSoup(head, "html.parser")


GIVEN_UP = "net::ERR_ABORTED"
"""What a page that is left says of a script which it has begun to load: no fault of the page."""


class Visit:
    """An open page with its requests and its error messages."""

    def __init__(self, context: BrowserContext, address: str, scripts: bool = True):
        self.requests, self.complaints = [], []
        self.home = address.split("/", 3)[:3]  # the protocol and the host
        self.page: Page = context.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self.listen)
        self.page.on("requestfailed", self.miss)
        self.page.goto(address)
        if scripts:
            self.page.evaluate(READY)

    def listen(self, message) -> None:
        if message.type in ("error", "warning", "assert"):
            self.complaints.append(message.text)

    def miss(self, request) -> None:
        if request.failure != GIVEN_UP:
            self.complaints.append(request.url)

    def requests_elsewhere(self) -> list[str]:
        """Addresses outside the site; what a page makes itself (data:, blob:) is inside."""
        inside = ("data:", "blob:", "/".join(self.home) + "/")
        return [url for url in self.requests if not url.startswith(inside)]


def offline(browser: Browser, **settings) -> BrowserContext:
    """A context of its own, in which this machine can be reached and nothing else."""
    nowhere = {"server": "http://127.0.0.1:9", "bypass": "127.0.0.1"}
    context = browser.new_context(proxy=nowhere, **settings)
    context.set_default_timeout(30_000)  # a busy machine is slow, and no test waits for nothing
    return context


def come_to_rest(page: Page) -> None:
    """Wait until the page does not scroll any more."""
    before = None
    while before != (now := page.evaluate("scrollY")):
        before = now
        page.evaluate(DRAWN)


def difference(one: bytes, other: bytes) -> str:
    """Where the pixels of two pictures differ, in a sentence; nothing if they do not."""
    if one == other:
        return ""
    first, second = (Image.open(BytesIO(each)).convert("RGB") for each in (one, other))
    if first.size != second.size:
        return f"one has {first.size} pixels, the other {second.size}"
    box = ImageChops.difference(first, second).getbbox()
    return f"they differ within {box}" if box else ""
