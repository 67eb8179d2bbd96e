"""Every example in the library's docstrings and on its pages gives what it says it gives."""

import doctest
import importlib
import pkgutil
import re

import pytest
from stored import ROOT

import lstm_lib

PAGES = sorted([*ROOT.glob("book/api/*.md"), ROOT / "book" / "coming_from_nn_lstm.md"])
MODULES = [info.name for info in pkgutil.walk_packages(lstm_lib.__path__, "lstm_lib.")]

#: A traceback's middle and a long sentence's end may be left out as "...".
OPTIONS = doctest.ELLIPSIS


def run(example: doctest.DocTest) -> int:
    """Run an example, and return how many lines it has that were checked."""
    complaints = []
    result = doctest.DocTestRunner(optionflags=OPTIONS).run(example, out=complaints.append)
    assert not result.failed, "".join(complaints)
    return result.attempted


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name):
    for example in doctest.DocTestFinder().find(importlib.import_module(name)):
        run(example)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_library_page_has_examples_and_they_run(page):
    text = page.read_text(encoding="utf-8")
    examples = "\n".join(re.findall(r"^```pycon\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))
    parsed = doctest.DocTestParser().get_doctest(examples, {}, page.stem, str(page), 0)
    assert run(parsed) > 0
