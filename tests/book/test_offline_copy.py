"""The copy of the site that a browser keeps: whole, renewed, and only if a reader asks for it."""

import json
import re
import shutil
import threading
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from http.server import ThreadingHTTPServer

import pytest
from conftest import QuietHandler
from pages import HTML, PAGES, READY, Visit, offline
from PIL import Image

from benchmarks.site import loaded
from book.extension import offline_copy

KEPT = """async () => {
    const cache = await caches.open((await caches.keys())[0]);
    return (await cache.keys()).map(({ url }) => url.split("/").pop());
}"""
"""The names of the files that the copy has, each with its hash."""

RENEWED = f"""async (name) => {{
    for (let k = 0; k < 900; k++) {{
        const there = (await ({KEPT})()).filter((each) => each.startsWith("notation.html"));
        if (there.length === 1 && there[0] === name) return;
        await new Promise((done) => setTimeout(done, 100));
    }}
    throw new Error(`the copy never has ${{name}}`);
}}"""
"""Waits until the copy has this version of a page and no other. It asks the worker for no file: the
next worker takes over only when the last one has had nothing to do, at times for half a minute."""

ASKED = "Keep a copy for offline"


@contextmanager
def served(folder):
    """Serves a folder until it is left: its port, and the list of what is asked for."""
    asked = []

    class Handler(QuietHandler):
        def send_head(self):
            asked.append(self.path)
            return super().send_head()

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, asked
        server.shutdown()


def ask_for_a_copy(page):
    page.get_by_role("button", name=ASKED).click()
    page.get_by_role("button", name="Remove the copy").wait_for()


# As it is built


def test_all_that_pages_load_is_in_the_copy(site_folder):
    kept = offline_copy.files(HTML)
    needed = {file for page in PAGES[::8] for file in loaded(HTML / page)}
    names = {file.relative_to(HTML).as_posix() for file in needed}
    assert {*PAGES, *names, "index.html", "_static/search-index.js"} <= kept.keys()


def test_what_only_machines_read_or_a_reader_downloads_is_not():
    for name in ("_sources/a.ipynb", "_downloads/a.py", ".buildinfo", "sitemap.xml"):
        assert any(offline_copy.fnmatch(name, pattern) for pattern in offline_copy.LEFT_OUT), name


def test_the_button_says_how_much_is_fetched(site_folder):
    megabytes = offline_copy.size(offline_copy.files(HTML)) / 1e6
    assert f'SIZE = "{megabytes:.1f} MB"' in (HTML / offline_copy.BUTTON).read_text("utf-8")
    assert megabytes < 5


def test_the_manifest_names_the_book_and_files_that_are_there(site_folder):
    manifest = json.loads((HTML / offline_copy.MANIFEST).read_text("utf-8"))
    assert manifest["name"] == "Understanding LSTM Networks, executable"
    assert manifest["scope"] == "./" and (HTML / manifest["start_url"]).is_file()
    for icon in manifest["icons"]:
        with Image.open(HTML / icon["src"]) as picture:
            assert "{}x{}".format(*picture.size) == icon["sizes"]


# In a browser


def test_after_one_visit_everything_opens_without_a_network(browser, site_folder):
    with offline(browser) as context:
        with served(site_folder) as (port, asked):
            home = f"http://127.0.0.1:{port}"
            visit = Visit(context, f"{home}/book/how_to_use.html")
            assert not [
                path for path in asked if re.search("service|manifest|icon-|index.js", path)
            ]
            ask_for_a_copy(visit.page)
        for name in ("notebooks/07_variants", "_modules/lstm_lib/cells/lstm"):
            visit.page.goto(f"{home}/{name}.html")
            assert visit.page.locator("article h1").count() == 1
        visit = Visit(context, f"{home}/book/index.html")
        page = visit.page
        widget = page.locator(".widget").first
        before = widget.inner_text()
        widget.locator("input[type=range]").first.press("PageUp")
        page.evaluate(READY)
        assert widget.inner_text() != before
        page.goto(f"{home}/search.html?q=peephole")
        page.locator(".search-results a").first.click()
        page.locator("article mark").first.wait_for()
        page.goto(f"{home}/")
        page.wait_for_url("**/book/index.html*")
        assert page.goto(f"{home}/book/nowhere.html").status == 404
        assert page.get_by_role("link", name="contents").evaluate("link => link.href") == (
            f"{home}/book/index.html"
        )
        assert not visit.requests_elsewhere()
        assert not [each for each in visit.complaints if "404" not in each]


@pytest.fixture
def small_site(tmp_path):
    """As much of the site as a page and its button need, below an address with odd letters."""
    site = tmp_path / "a course" / "LSTM, 50 % é"
    names = "index.html 404.html search.html styles.css book/how_to_use.html book/notation.html"
    for name in names.split():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HTML / name, site / name)
    shutil.copytree(HTML / "_static", site / "_static")
    return site


def test_a_new_build_replaces_the_copy_and_it_can_be_removed(browser, site_folder, small_site):
    page_of_site = small_site / "book" / "notation.html"
    offline_copy.write_worker(small_site)
    with offline(browser) as context, served(small_site.parents[1]) as (port, asked):
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/a course/LSTM, 50 %25 é/book/how_to_use.html")
        ask_for_a_copy(page)
        assert len(page.evaluate(KEPT)) == len(offline_copy.files(small_site))

        text = page_of_site.read_text("utf-8")
        page_of_site.write_text(text.replace("<h1>", "<h1>New: "), encoding="utf-8")
        offline_copy.write_worker(small_site)
        asked.clear()
        page.reload()  # the browser looks for a new build, and fetches what is new
        name = f"notation.html?{sha256(page_of_site.read_bytes()).hexdigest()[:16]}"
        page.evaluate(RENEWED, name)
        page.goto(page.url.replace("how_to_use", "notation"))
        assert page.locator("article h1").inner_text().startswith("New: ")
        assert len(page.evaluate(KEPT)) == len(offline_copy.files(small_site))
        renewed = [path for path in asked if re.search(r"\?[0-9a-f]{16}$", path)]
        assert [path.rpartition("/")[2] for path in renewed] == [name]

        page.get_by_role("button", name="Remove the copy").click()
        page.get_by_role("button", name=ASKED).wait_for()
        assert page.evaluate("async () => (await caches.keys()).length") == 0


def test_a_copy_that_is_not_complete_can_be_tried_again(browser, site_folder, small_site):
    offline_copy.write_worker(small_site)
    missing = small_site / "styles.css"
    missing.rename(small_site / "away.css")
    with offline(browser) as context, served(small_site) as (port, _):
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/book/how_to_use.html")
        page.get_by_role("button", name=ASKED).click()
        again = page.get_by_role("button", name="Try again")
        again.wait_for()
        (small_site / "away.css").rename(missing)
        again.click()
        page.get_by_role("button", name="Remove the copy").wait_for()


def test_where_no_copy_can_be_kept_none_is_offered_and_all_else_works(browser, site, small_site):
    how_to_use = "book/how_to_use.html"
    with offline(browser) as context:
        visit = Visit(context, (small_site / how_to_use).as_uri())
        visit.page.locator(".widget[data-live]").first.wait_for()
        visit.page.goto((small_site / "search.html").as_uri() + "?q=keep a copy for offline")
        visit.page.locator(".search-results a").first.click()
        visit.page.locator("article mark").first.wait_for()
        assert not visit.page.get_by_role("button", name=ASKED).count()
        assert not visit.complaints
        framed = f'<iframe sandbox="allow-scripts" src="{site}/{how_to_use}"></iframe>'
        visit.page.set_content(framed)
        frame = visit.page.frame_locator("iframe")
        frame.locator(".widget[data-live]").first.wait_for()
        assert not frame.get_by_role("button", name=ASKED).count()
        # A sandboxed page may not load fonts from a server that does not allow it.
        assert not [each for each in visit.complaints if not re.search("font|woff2|FAILED", each)]
