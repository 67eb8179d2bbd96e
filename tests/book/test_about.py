"""What each page says of itself: its description, its source, its version. Files, no browser."""

import json
from datetime import date

import pytest
from executed import store_outputs
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


# When it was executed


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_foot_says_when_its_code_was_executed_and_for_how_long(site_folder, path):
    file = path.relative_to(ROOT).as_posix()
    foot = parsed(file.replace(".ipynb", ".html")).select_one(".about-page").get_text()
    assert f"executed on {facts.executed(file)}, with" in foot
    assert date(2026, 1, 1) <= date.fromisoformat(facts.executions()[file]["day"])
    assert 1 <= facts.executions()[file]["seconds"] <= 120


def test_what_is_written_down_are_the_notebooks_that_are_there():
    assert {*facts.executions()} == {path.relative_to(ROOT).as_posix() for path in NOTEBOOKS}


def test_a_day_has_an_english_name(monkeypatch):
    noted = {
        "a.ipynb": {"day": "2026-03-01", "seconds": 1},
        "b": {"day": "2026-12-24", "seconds": 7},
    }
    monkeypatch.setattr(facts, "executions", lambda: noted)
    assert facts.executed("a.ipynb") == "1 March 2026, in 1 second of processor time"
    assert facts.executed("b") == "24 December 2026, in 7 seconds of processor time"
    assert facts.executed("c") == ""


def test_an_execution_is_written_down_if_the_notebook_changed(tmp_path, monkeypatch):
    """Storing the same again changes no file."""
    notebook, table = tmp_path / "a.ipynb", tmp_path / "executions.json"
    notebook.write_text("old", encoding="utf-8")
    seconds = iter([0, 3.2, 4, 9, 10, 10.3])
    outputs = iter(["old", "old", "new"])
    monkeypatch.setattr(store_outputs, "ROOT", tmp_path)
    monkeypatch.setattr(store_outputs, "EXECUTIONS", table)
    monkeypatch.setattr(store_outputs, "processor_seconds", lambda: next(seconds))
    monkeypatch.setattr(store_outputs, "store_outputs", lambda path: path.write_text(next(outputs)))
    noted = []
    for _ in range(3):
        store_outputs.main([notebook])
        noted.append(json.loads(table.read_text(encoding="utf-8"))["a.ipynb"]["seconds"])
    assert noted == [3, 3, 1]  # the second time took five seconds and stored the same


def test_versions_are_those_that_are_pinned():
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    for package in facts.packages().split(", "):
        name, version = package.split()
        assert f"{ {'NumPy': 'numpy', 'PyTorch': 'torch'}[name] }=={version}" in pins
