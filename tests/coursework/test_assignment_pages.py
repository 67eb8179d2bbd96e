"""The pages of the assignments are there to be read and downloaded, and show no solution."""

import re

import pytest
from pages import HTML, parsed
from stored import ROOT
from withheld import withheld

from coursework.assignments import NAMES

every_assignment = pytest.mark.parametrize("name", NAMES)


@every_assignment
def test_a_page_can_be_downloaded_as_the_release(site_folder, name):
    release = (ROOT / "book" / "assignments" / f"{name}.ipynb").read_bytes()
    links = [a["href"] for a in parsed("book/teaching.html").select("a.download[href]")]
    [link] = [link for link in links if link.endswith(f"/{name}.ipynb")]
    assert (HTML / "book" / link).read_bytes() == release
    assert (HTML / "_sources" / "book" / "assignments" / f"{name}.ipynb").read_bytes() == release


@every_assignment
def test_a_page_shows_the_starter_code_and_no_line_of_a_solution(site_folder, name):
    text = parsed(f"book/assignments/{name}.html").get_text()
    assert "raise NotImplementedError()" in text
    assert not [line for line in withheld(name) if line in text]


def test_no_file_of_the_site_is_a_source_of_an_assignment(site_folder):
    files = [path for path in HTML.rglob("*") if path.suffix in (".ipynb", ".html", ".js", ".txt")]
    marks = re.compile(rb"### (BEGIN|END) (SOLUTION|HIDDEN TESTS)")
    assert len(files) > 50
    assert not [path for path in files if marks.search(path.read_bytes())]
