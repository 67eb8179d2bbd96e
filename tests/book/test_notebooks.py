"""Every notebook is executed and readable; every chapter has the parts that a chapter has."""

import re
from statistics import median

import pytest
from bs4 import BeautifulSoup
from oracles import CELLS
from pybtex.database import parse_file
from stored import (
    CHAPTERS,
    NOTEBOOKS,
    ROOT,
    WIDGET_VIEW,
    code_cells,
    figures,
    models,
    prose,
    read,
    views,
)

from lstm_lib import equations
from lstm_lib.equations import trace

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)

GRAPHS = {cell.__name__.removesuffix("Cell").lower(): trace(cell) for cell in CELLS}
"""By the word that begins the label of an equation: ``lstm``."""

PAGES = [*NOTEBOOKS, *sorted(ROOT.glob("book/**/*.md"))]


def text_of(path):
    """All that a page says in Markdown."""
    if path.suffix == ".md":
        return path.read_text(encoding="utf-8")
    return "\n\n".join(cell.source for cell in prose(read(path)))


def section(path, title):
    """The text under a heading of the second level."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text_of(path), re.M | re.S)
    assert found, f"no section {title!r}"
    return found[1]


# What is stored


@every_notebook
def test_no_cell_ended_in_an_error(path):
    for cell in code_cells(read(path)):
        assert not [o for o in cell.outputs if o.output_type == "error"], cell.source


@every_notebook
def test_every_cell_was_executed_in_order(path):
    cells = code_cells(read(path))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))


@every_notebook
def test_cells_are_short(path):
    lines = [len(cell.source.splitlines()) for cell in code_cells(read(path))]
    assert max(lines) <= 25
    assert median(lines) <= 8


# Figures


@every_notebook
def test_every_figure_has_a_caption(path):
    for cell, _ in figures(read(path)):
        figure = cell.metadata.get("mystnb", {}).get("figure", {})
        assert len(figure.get("caption", "").split()) >= 5, cell.source


@every_notebook
def test_every_figure_says_what_it_shows_to_those_who_cannot_see_it(path):
    notebook = read(path)
    for cell, data in figures(notebook):
        if WIDGET_VIEW in data:
            said = data["text/plain"]
        elif "text/html" in data:
            said = spoken(data["text/html"])
        else:
            said = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        assert len(said.split()) >= 4, f"{said!r} is too little for:\n{cell.source}"


@every_notebook
def test_every_drawing_in_a_widget_has_a_voice(path):
    notebook = read(path)
    for _, model_id, _ in views(notebook):
        drawn = models(notebook)[model_id]["state"].get("static_html", "")
        for svg in BeautifulSoup(drawn, "html.parser").find_all("svg"):
            assert len(spoken(str(svg)).split()) >= 4


def spoken(html):
    """What a screen reader says instead of a picture or a table."""
    soup = BeautifulSoup(html, "html.parser")
    picture = soup.find(attrs={"role": ["img", "region"]}) or soup.find("img")
    assert picture, "neither an image nor a region"
    names = picture.get("aria-labelledby", "").split()
    titled = " ".join(soup.find(id=name).get_text() for name in names)
    return titled or picture.get("aria-label") or picture.get("alt", "")


# The parts of a chapter


@every_chapter
def test_a_chapter_begins_with_what_the_reader_will_be_able_to_do(path):
    opening = prose(read(path))[0].source
    assert opening.startswith("# ")
    assert "you will be able to" in opening
    assert 3 <= len(re.findall(r"^- ", opening, re.M)) <= 5
    times = r"^Reading: about \d+ minutes\. Running every cell: about \d+ seconds\.$"
    assert re.search(times, opening, re.M)


@every_chapter
def test_a_chapter_asks_at_least_three_questions(path):
    kinds = [kind for _, _, kind in views(read(path))]
    assert kinds.count("Question") >= 3


@every_chapter
def test_exercises_are_graded_from_warm_up_to_challenge(path):
    grades = re.findall(r"^\*\*(.+?): .+\*\*$", section(path, "Exercises"), re.M)
    assert set(grades) == {"Warm-up", "Core", "Challenge"}
    assert grades == sorted(grades, key=["Warm-up", "Core", "Challenge"].index)


@every_chapter
def test_every_exercise_has_a_folded_solution_that_ran(path):
    cells = read(path).cells
    grade = re.compile(r"^\*\*(Warm-up|Core|Challenge): ", re.M)
    exercises = [k for k, cell in enumerate(cells) if grade.search(cell.source)]
    assert len(exercises) >= 3
    for k in exercises:
        solution = cells[k + 1]
        assert solution.cell_type == "code", cells[k].source
        assert "hide-cell" in solution.metadata.get("tags", ()), cells[k].source
        assert solution.execution_count, cells[k].source
        assert "assert" in solution.source, cells[k].source


@every_chapter
def test_a_chapter_ends_with_a_summary_and_further_reading(path):
    assert len(section(path, "Summary").split()) > 30
    assert re.search(r"\{cite", section(path, "Further reading"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_what_is_cited_is_in_the_bibliography(path):
    known = set(parse_file(ROOT / "book" / "references.bib").entries)
    cited = re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", text_of(path))
    assert {key.strip() for keys in cited for key in keys.split(",")} <= known


# Prose


def lines_of_prose(path):
    """The lines of a page without its code, formulas, tables, quotations, and its two times."""
    text = re.sub(r"^(```|\$\$).*?^\1.*?$", "", text_of(path), flags=re.M | re.S)
    return [li for li in text.splitlines() if not re.match(r"\s*[|>]|Reading: about", li)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_line_holds_one_sentence(path):
    two = re.compile(r'[.!?][)*"”’]*\s+[("“*]*[A-Z]')
    assert not [line for line in lines_of_prose(path) if two.search(line)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_prose_does_not_talk_down(path):
    words = re.compile(r"\b(simply|delve|delves|obviously|as you can see)\b", re.I)
    captions = [
        cell.metadata.get("mystnb", {}).get("figure", {}).get("caption", "") + cell.source
        for cell in (code_cells(read(path)) if path.suffix == ".ipynb" else ())
    ]
    assert not [line for line in [text_of(path), *captions] if words.search(line)]


# Equations

LABELLED = re.compile(r"^\$\$((?:(?!\$\$).)*)\$\$[ \t]*\(([^)\n]*)\)", re.M | re.S)


def labelled_equations(path):
    return [(label, formula.strip()) for formula, label in LABELLED.findall(text_of(path))]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_labelled_equation_is_the_one_that_runs(path):
    for label, formula in labelled_equations(path):
        assert formula == equation_for(label), label


def equation_for(label):
    """The LaTeX that belongs to ``lstm-i-c_tilde-step``: cell, values (or ``all``), and a place."""
    cell, *names, _place = label.split("-")
    assert cell in GRAPHS, f"{label} begins with none of {', '.join(GRAPHS)}"
    assert names, f"{label} names no value"
    return equations.latex(GRAPHS[cell], *([] if names == ["all"] else names))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_equations_are_labelled_in_this_one_way(path):
    assert not re.search(r"\\label\{|^```\{math\}|^:label:", text_of(path), re.M)


def test_the_chapters_have_labelled_equations():
    assert any(labelled_equations(path) for path in CHAPTERS)
