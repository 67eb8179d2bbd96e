"""The page *How to use this book* lists every widget of the chapters and labs, and where it is; the
page for instructors has an address of each for a slide."""

import re

from stored import CHAPTERS, LABS, ROOT, WIDGET_VIEW, prose, read, views

PAGE = ROOT / "book" / "how_to_use.ipynb"
CALLED = {"Unroll": "loop", "WRec": "one recurrent weight"}
"""The names in the list of those widgets that have another in the library."""


def called(kind):
    """What the list calls a widget: "conveyor belt" for ConveyorBelt."""
    return CALLED.get(kind) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()


def listed():
    """Each widget that the list names, and the file of each page that it links for it."""
    text = "\n".join(cell.source for cell in prose(read(PAGE)))
    text = text.split("These are the widgets:")[1].split("\n## ")[0]
    for item in re.findall(r"^- (.*\]\(.*)$", text, re.M):
        names, linked = [], True
        for name, file in re.findall(r"\*\*(.+?)\*\*|\]\(([^)]+)\)", item):
            if name:
                names, linked = [*([] if linked else names), name], False
            else:
                linked = True
                yield from ((each, (PAGE.parent / file).resolve()) for each in names)


def test_the_list_of_widgets_names_those_that_are_shown_and_where():
    pages = (*CHAPTERS, *LABS, ROOT / "book" / "index.ipynb")
    kinds = {(kind, path) for path in pages for _, _, kind in views(read(path))}
    assert set(listed()) == {(called(kind), path) for kind, path in kinds if kind != "Question"}


def test_each_widget_has_an_address_for_a_slide():
    page = ROOT / "book" / "teaching.md"
    found = re.findall(r'href="(\S+)\.html\?large#(\S+)"', page.read_text(encoding="utf-8"))
    pages = (*CHAPTERS, *LABS, ROOT / "book" / "index.ipynb")
    assert {((page.parent / f"{name}.ipynb").resolve(), figure) for name, figure in found} == {
        (path, figure) for path in pages for figure in figures_of_widgets(read(path))
    }


def figures_of_widgets(notebook):
    """The names of the figures that are widgets."""
    shown = {model_id for _, model_id, kind in views(notebook) if kind != "Question"}
    for cell in notebook.cells:
        data = [output.get("data", {}).get(WIDGET_VIEW, {}) for output in cell.get("outputs", ())]
        if any(each.get("model_id") in shown for each in data):
            yield cell.metadata.mystnb.figure.name
