"""What the site needs to be published: addresses, map, error page, workflow, the packed copy."""

import ast
import re
import shutil
import sys
from types import SimpleNamespace
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree
from zipfile import ZipFile

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from jinja2 import Environment, FileSystemLoader
from pages import DRAWN, HTML, PAGES, Visit, offline, parsed
from PIL import Image
from stored import NOTEBOOKS, ROOT

from book import address, contents, link_cards
from book import offline as packing
from book.extension import about, publishing
from book.extension.in_the_browser import FOLDER as RUNNING

EXAMPLE = "https://github.com/Example/lstm-book"
PAGES_OF_EXAMPLE = "https://example.github.io/lstm-book/"
FILES = [path.relative_to(ROOT).as_posix() for path in NOTEBOOKS]

WORKFLOW = ROOT / ".github" / "workflows" / "publish.yml"


# With the project's address


def test_the_setting_is_read_where_it_is_written(tmp_path, monkeypatch):
    text = (ROOT / "_config.yml").read_text(encoding="utf-8")
    changed = re.sub('url: "[^"]*"', f'url: "{EXAMPLE}"', text)
    (tmp_path / "_config.yml").write_text(changed, encoding="utf-8")
    monkeypatch.setattr(address, "ROOT", tmp_path)
    assert address.of_the_project() == (EXAMPLE, "main")


@pytest.mark.parametrize("file", sorted({*FILES} - address.NOT_ALONE))
def test_every_link_of_a_notebook_has_the_form_that_its_host_takes(file):
    found = address.links(EXAMPLE, "main", file)
    source = f"/Example/lstm-book/blob/main/{file}"
    colab = urlsplit(found["open in Colab"])
    assert (colab.netloc, colab.path) == ("colab.research.google.com", f"/github{source}")
    binder = urlsplit(found["open in Binder"])
    assert (binder.netloc, binder.path) == ("mybinder.org", "/v2/gh/Example/lstm-book/main")
    assert parse_qs(binder.query) == {"labpath": [file]}
    assert found["source of this page"] == f"https://github.com{source}"
    fault = urlsplit(found["report a fault"])
    assert (fault.netloc, fault.path) == ("github.com", "/Example/lstm-book/issues/new")
    assert parse_qs(fault.query) == {"title": [f"{file}: "]}
    assert (ROOT / unquote(colab.path.partition("/main/")[2])).is_file()


ALONE = {*sys.stdlib_module_names, "IPython", "nbformat", "lstm_lib", "experiments"}
ALONE |= {"numpy", "torch", "tqdm", "anywidget", "ipywidgets", "matplotlib"}
"""What a notebook may import where there is Jupyter and the library, with what that needs."""


def imports(file):
    """The packages that a notebook imports."""
    cells = nbformat.read(ROOT / file, as_version=4).cells
    code = (cell.source for cell in cells if cell.cell_type == "code")
    nodes = [node for source in code for node in ast.walk(ast.parse(source))]
    named = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    named += [node.module for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in named}


def test_a_notebook_that_needs_more_than_the_library_has_no_link_to_colab():
    """`make test-elsewhere` says whether the others run alone."""
    for file in FILES:
        alone = imports(file) <= ALONE
        assert alone == (file not in address.NOT_ALONE), imports(file) - ALONE
        assert ("open in Colab" in address.links(EXAMPLE, "main", file)) == alone
        assert "open in Binder" in address.links(EXAMPLE, "main", file)


def test_binder_installs_what_notebooks_import():
    listed = (ROOT / ".binder" / "requirements.txt").read_text(encoding="utf-8").split()
    for file in FILES:
        beside = imports(file) - ALONE - {"book", "benchmarks"}
        assert beside <= {*listed}, file


def test_a_page_of_text_has_its_source_and_nothing_to_run():
    assert list(address.links(EXAMPLE, "main", "book/teaching.md")) == [
        "source of this page",
        "report a fault",
    ]


@pytest.mark.parametrize(
    ("repository", "site"),
    [
        (EXAMPLE, PAGES_OF_EXAMPLE),
        (f"{EXAMPLE}.git", PAGES_OF_EXAMPLE),
        (f"{EXAMPLE}/", PAGES_OF_EXAMPLE),
        ("https://github.com/example/example.github.io", "https://example.github.io/"),
    ],
)
def test_the_address_of_the_site_follows_from_that_of_the_project(repository, site):
    assert address.of_the_site(repository) == site


@pytest.mark.parametrize("wrong", ["https://gitlab.com/a/b", "https://github.com/a", "a/b"])
def test_another_form_of_address_is_refused(wrong):
    with pytest.raises(ValueError, match="OWNER/NAME"):
        address.of_the_site(wrong)


@pytest.fixture
def app(tmp_path, monkeypatch):
    """Makes as much of Sphinx as the extension asks, with an address of the project."""

    def with_address(repository, baseurl=""):
        monkeypatch.setattr(address, "of_the_project", lambda: (repository, "main"))
        return as_much_of_sphinx(tmp_path, baseurl)

    return with_address


def as_much_of_sphinx(tmp_path, baseurl):
    config = SimpleNamespace(html_baseurl=baseurl, html_context={})
    pages = ["book/index", "notebooks/01_recurrent_networks", "book/teaching"]
    env = SimpleNamespace(
        found_docs=pages,
        doc2path=lambda name: ROOT / (f"{name}.md" if name.endswith("g") else f"{name}.ipynb"),
    )
    builder = SimpleNamespace(format="html", get_target_uri="{}.html".format)
    made = SimpleNamespace(config=config, env=env, builder=builder, outdir=tmp_path)
    publishing.set_address(made, config)
    return made


def foot(made, name):
    """The foot of a page, as a template writes it."""
    context = {"pathto": lambda path, _: f"../{path}", "sourcename": f"{name}.ipynb"}
    about.name_source(made, name, "", context, doctree=object())
    templates = Environment(loader=FileSystemLoader(ROOT / "book" / "templates"))
    return templates.get_template("about_page.html").render(context)


def test_the_foot_of_a_page_has_the_links_only_with_an_address(app):
    chapter = "notebooks/01_recurrent_networks"
    with_address = foot(app(EXAMPLE), chapter)
    for words, link in address.links(EXAMPLE, "main", f"{chapter}.ipynb").items():
        assert f'<a href="{link}">{words}</a>' in with_address
    assert "git+https://github.com/Example/lstm-book" in with_address
    without = foot(app(""), chapter)
    assert "https:" not in without
    assert "Download this notebook" in without


def test_the_map_names_every_page_and_is_there_only_with_an_address(app, tmp_path):
    publishing.write_map(app(""), None)
    assert not list(tmp_path.iterdir())
    publishing.write_map(app(EXAMPLE), None)
    found = ElementTree.parse(tmp_path / "sitemap.xml").getroot()
    named = [place.text for place in found.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert f"{PAGES_OF_EXAMPLE}notebooks/01_recurrent_networks.html" in named
    assert len(named) == 3


def test_another_address_of_the_site_can_be_given(app):
    made = app(EXAMPLE, "https://lstm.example.org/book/")
    assert made.config.html_baseurl == "https://lstm.example.org/book/"
    assert made.config.html_context["site_path"] == "/book/"


def test_the_picture_of_a_link_has_the_size_that_is_shown(site_folder):
    with Image.open(HTML / "_static" / about.CARD) as card:
        assert card.size == (1200, 630)


@pytest.mark.parametrize("chapter", contents.chapters())
def test_a_chapter_has_a_picture_with_its_title_and_its_drawing(chapter):
    file = link_cards.file_of(chapter)
    now = link_cards.mark(link_cards.page(chapter))
    assert link_cards.made_from(file) == now, "make it again: python -m book.link_cards"
    with Image.open(file) as card:
        assert card.size == link_cards.SIZE


def test_no_picture_is_left_of_a_chapter_that_is_gone():
    wanted = {link_cards.file_of(chapter) for chapter in contents.chapters()}
    assert {*link_cards.FOLDER.glob("*.png")} == wanted


@pytest.mark.parametrize(
    ("page", "card"),
    [
        ("notebooks/03_lstm_networks", "cards/03_lstm_networks.png"),
        ("notebooks/labs/belt_or_loop", about.CARD),
        ("book/index", about.CARD),
    ],
)
def test_a_link_to_a_page_shows_its_picture(app, page, card):
    made = app(EXAMPLE)
    context = {"docstitle": "The book", "title": "A title", "pageurl": ""}
    about.describe(made, page, "", context, None)
    tags = BeautifulSoup(context["metatags"], "html.parser")
    image = tags.find(property="og:image")["content"]
    assert image == f"{PAGES_OF_EXAMPLE}_static/{card}"
    assert (ROOT / "book/static" / card).exists()
    assert tags.find(attrs={"name": "twitter:card"})["content"] == "summary_large_image"


def test_without_an_address_no_picture_is_named(site_folder):
    if address.of_the_project()[0]:
        pytest.skip("this site has an address")
    assert 'og:image"' not in (HTML / "notebooks/03_lstm_networks.html").read_text("utf-8")


def test_what_binder_installs_is_the_library_as_it_is_pinned():
    listed = (ROOT / ".binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert "-c ../requirements.txt" in listed
    assert ".[torch,widgets,plot]" in listed


# As it is built


def test_github_pages_hides_no_folder(site_folder):
    assert (HTML / ".nojekyll").exists()


def test_the_error_page_needs_no_other_file_but_its_icon(site_folder):
    page = (HTML / "404.html").read_text(encoding="utf-8")
    (icon,) = parsed("404.html").select("link")
    assert icon["rel"] == ["icon"] and (HTML / icon["href"]).exists() and "src=" not in page
    assert (HTML / "search.html").exists() and 'href="search.html"' in page


@pytest.mark.parametrize("missing", ["nowhere", "notebooks/labs/nowhere.html"])
def test_the_error_page_leads_back_from_any_depth(browser, site, missing):
    with offline(browser) as context:
        page = context.new_page()
        error = (HTML / "404.html").read_text(encoding="utf-8")
        for below in ("", "/lstm-book"):
            where = f"{site}{below}/{missing}"
            page.route(where, lambda route: route.fulfill(body=error, content_type="text/html"))
            page.goto(where)
            icon = page.locator("link").evaluate("icon => icon.href")
            assert icon == f"{site}{below}/_static/favicon.svg"
            link = page.get_by_role("link", name="contents").evaluate("link => link.href")
            assert link == f"{site}{below}/book/index.html"


# Moving through the book


def test_arrow_keys_turn_pages_unless_something_else_has_the_focus(browser, site):
    with offline(browser) as context:
        page = Visit(context, f"{site}/book/index.html").page
        page.locator("input[type=range]").first.focus()
        page.keyboard.press("ArrowRight")
        page.locator("body").evaluate("() => document.activeElement.blur()")
        for key in ("Control+ArrowRight", "Shift+ArrowRight", "ArrowDown", "ArrowLeft"):
            page.keyboard.press(key)
        # The slider's setting is written behind the page's address, a moment later.
        assert page.url.partition("#")[0] == f"{site}/book/index.html"
        page.keyboard.press("ArrowRight")
        page.wait_for_url("**/01_recurrent_networks.html")
        page.keyboard.press("ArrowLeft")
        page.wait_for_url("**/book/index.html*")


def test_a_page_leads_back_to_its_top_and_copies_links_to_its_headings(browser, site):
    with offline(browser, permissions=["clipboard-read", "clipboard-write"]) as context:
        page = Visit(context, f"{site}/notebooks/labs/sigma_or_rho.html").page
        back = page.get_by_role("link", name="Back to top")
        assert not back.is_visible()
        page.locator("h2").last.hover()
        link = page.locator("h2 a.headerlink").last
        link.locator("..").hover()  # which shows it
        page.evaluate("() => { window.later = []; window.setTimeout = (act) => later.push(act); }")
        link.click()
        said = page.get_by_role("status").get_by_text("link copied")
        said.wait_for()
        copied = page.evaluate("() => navigator.clipboard.readText()")
        assert copied == link.evaluate("link => link.href") == page.url
        page.evaluate("later.forEach((act) => act())")
        assert not said.is_visible(), "it is said for a moment"
        # The link has led down or, as the page was laid out, up: here begins a way down.
        for place in ("0", "document.body.scrollHeight"):
            page.evaluate(f"() => scrollTo(0, {place})")
            page.evaluate(DRAWN)
        assert not back.is_visible(), "on the way down"
        page.mouse.wheel(0, -200)
        back.wait_for()
        page.mouse.wheel(0, 100)
        back.wait_for(state="hidden")
        page.mouse.wheel(0, -100)
        back.click()
        page.wait_for_function("() => scrollY === 0")


# Offline


def test_the_packed_copy_has_every_file_and_opens_from_the_disk(browser, site_folder, tmp_path):
    file = tmp_path / "packed.zip"
    packing.pack(site_folder, file)
    with ZipFile(file) as packed:
        names = set(packed.namelist())
        assert {f"{packing.NAME}/{page}" for page in PAGES} <= names
        files = {path for path in site_folder.rglob("*") if path.is_file()}
        running = {path for path in files if path.is_relative_to(site_folder / RUNNING)}
        assert running and len(names) == len(files - running)  # JupyterLite needs a server
        packed.extractall(tmp_path)
    with offline(browser) as context:
        page = context.new_page()
        page.goto((tmp_path / packing.NAME / "index.html").as_uri())
        page.wait_for_url("**/book/index.html")
        page.locator(".widget[data-live]").first.wait_for()
    shutil.rmtree(tmp_path / packing.NAME)


def test_the_same_site_is_packed_into_the_same_file(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("text", encoding="utf-8")
    for name in ("a.zip", "b.zip"):
        packing.pack(site, tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


# The workflow


def test_the_workflow_is_one():
    from check_jsonschema.builtin_schemas import get_builtin_schema
    from jsonschema import Draft7Validator

    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    workflow["on"] = workflow.pop(True)  # YAML 1.1 reads `on` as a truth value
    Draft7Validator(get_builtin_schema("vendor.github-workflows")).validate(workflow)


def test_main_is_published_and_a_pull_request_is_not():
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    assert workflow[True]["push"] == {"branches": ["main"]} and "pull_request" in workflow[True]
    build, deploy = workflow["jobs"]["build"], workflow["jobs"]["deploy"]
    assert ".ci/run" in [step.get("run") for step in build["steps"]]
    assert deploy["needs"] == "build"
    assert "github.event_name != 'pull_request'" in deploy["if"]
    assert set(deploy["permissions"]) == {"pages", "id-token"}
    assert workflow["permissions"] == {"contents": "read"}
