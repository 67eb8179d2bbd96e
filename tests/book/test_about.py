"""What each page says of itself: its description, its source, its version. Files, no browser."""

from datetime import date

import pytest
from pages import HTML, PAGES, parsed, parsed_head
from stored import CHAPTERS, LABS, NOTEBOOKS, ROOT

from book import facts
from book.extension.about import MOST_LETTERS, shortened

every_file = pytest.mark.parametrize("page", PAGES)
OF_NOTEBOOKS = [path.relative_to(ROOT).with_suffix("").as_posix() for path in NOTEBOOKS]


@every_file
def test_a_page_has_a_title_and_a_description(site_folder, page):
    tags = {
        tag.get("name") or tag.get("property"): tag.get("content")
        for tag in parsed_head(page).select("meta")
    }
    assert tags["og:title"].strip()
    assert tags["description"] == tags["og:description"]
    assert 10 < len(tags["description"]) <= MOST_LETTERS
    assert not set(tags["description"]) & set("$\\{}<>*`"), "written in plain words"


def test_pages_differ_in_their_descriptions(site_folder):
    said = [parsed_head(page).select_one("meta[name=description]")["content"] for page in PAGES]
    assert len(set(said)) == len(said)


def test_a_long_paragraph_is_cut_after_a_sentence():
    sentence = "x" * (MOST_LETTERS // 2) + "."
    assert shortened(f"{sentence} {sentence} {sentence}") == sentence
    assert shortened("One. Two.") == "One. Two."


@pytest.mark.parametrize("name", OF_NOTEBOOKS)
def test_a_notebook_can_be_downloaded_from_its_page(site_folder, name):
    link = parsed(f"{name}.html").select_one(".about-page a[download]")
    target = (HTML / f"{name}.html").parent / link["href"]
    assert target.read_bytes() == (ROOT / f"{name}.ipynb").read_bytes()


@pytest.mark.parametrize("path", [*CHAPTERS, *LABS], ids=lambda path: path.stem)
def test_the_foot_says_what_the_page_was_made_with(site_folder, path):
    page = path.relative_to(ROOT).with_suffix(".html").as_posix()
    foot = parsed(page).select_one(".about-page").get_text()
    assert f"Version {facts.version()}" in foot
    assert facts.packages() in foot


def test_a_day_is_that_of_the_last_commit(monkeypatch):
    monkeypatch.setattr(facts, "dates", lambda: {"a.ipynb": date(2026, 3, 1)})
    assert facts.stored("a.ipynb") == "1 March 2026"
    assert facts.stored("b.ipynb") == ""


def test_versions_are_those_that_are_pinned():
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    for package in facts.packages().split(", "):
        name, version = package.split()
        assert f"{ {'NumPy': 'numpy', 'PyTorch': 'torch'}[name] }=={version}" in pins
