"""Every notebook is executed and readable; every chapter has the parts that a chapter has."""

import ast
import re
from statistics import median

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from nbformat.v4 import new_code_cell, new_output
from oracles import CELLS
from pybtex.database import parse_file
from stored import (
    CHAPTERS,
    LABS,
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

from book import contents
from book.extension import claims as built
from book.reading import (
    CLAIM,
    NO_INPUT,
    NO_OUTPUT,
    claim,
    in_one_minute,
    is_picture,
    promise,
    title,
    words,
)
from lstm_lib import equations
from lstm_lib.equations import trace

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
every_lab = pytest.mark.parametrize("path", LABS, ids=lambda path: path.stem)

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
    """Those that are folded too; what is seen on a page, test_budgets.py keeps shorter."""
    lines = [len(cell.source.splitlines()) for cell in code_cells(read(path))]
    assert max(lines) <= 35
    assert median(lines) <= 10


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
def test_a_chapter_begins_with_its_title_and_a_promise(path):
    assert promise(read(path)), "the first cell is `# Title` and one sentence in italics, no more"


@every_chapter
def test_then_comes_the_answer_in_one_minute(path):
    answer = in_one_minute(read(path).cells[1].source)
    assert answer, "the second cell is the admonition `In one minute`, of that class, alone"
    assert words(answer) <= 110
    assert 2 <= len(re.findall(r"^[-*] ", answer, re.M)) <= 5


@every_chapter
def test_then_comes_a_picture_without_its_code(path):
    notebook = read(path)
    picture = notebook.cells[2]
    assert "remove-input" in picture.metadata.get("tags", ())
    assert [cell for cell, _ in figures(notebook)].count(picture) == 1


@every_chapter
def test_then_come_the_imports_folded(path):
    imports = read(path).cells[3]
    assert imports.metadata["mystnb"]["code_prompt_show"] == "Imports"
    assert "hide-input" in imports.metadata["tags"]
    assert isinstance(ast.parse(imports.source).body[0], (ast.Import, ast.ImportFrom))


LAST = ["In practice", "Check yourself", "Exercises", "Where to go next"]


@every_chapter
def test_a_chapter_ends_with_what_it_is_good_for_and_questions(path):
    assert re.findall(r"^## (.+)$", text_of(path), re.M)[-4:] == LAST


@every_chapter
def test_in_practice_has_a_table(path):
    assert re.search(r"^\|.*\|$", section(path, "In practice"), re.M)


@every_chapter
def test_a_chapter_asks_at_least_three_questions(path):
    kinds = [kind for _, _, kind in views(read(path))]
    answers = re.findall(r"^:{3,}\{dropdown\} Answer", section(path, "Check yourself"), re.M)
    assert kinds.count("Question") + len(answers) >= 3


@every_chapter
def test_it_says_where_to_go_next(path):
    """The labs of the chapter, one line each, and the next chapter."""
    chapters = list(contents.chapters())
    here = f"notebooks/{path.stem}"
    following = chapters[chapters.index(here) + 1 :][:1]
    linked = {target.resolve() for _, target in links(path, section(path, "Where to go next"))}
    for page in [*contents.chapters()[here], *following]:
        assert contents.notebook(page) in linked, f"no link to {page}"


@every_chapter
def test_a_chapter_shows_no_test_code(path):
    for cell in code_cells(read(path)):
        tags = set(cell.metadata.get("tags", ()))
        if not tags & NO_INPUT:
            asserts = [node for node in ast.walk(ast.parse(cell.source)) if is_assert(node)]
            assert not asserts, f"a visible assertion is a claim:\n{cell.source}"
        if not tags & NO_OUTPUT:
            printed = "".join(output.get("text", "") for output in cell.outputs)
            assert not re.search(r"\b(True|False)\b", printed), f"printed: {printed}"


def is_assert(node):
    """Whether it is ``assert …`` or ``np.testing.assert_allclose(…)``."""
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(node, ast.Assert) or getattr(called, "attr", "").startswith("assert_")


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
        assert solution.outputs or "assert" in solution.source, cells[k].source


# Labs


@every_lab
def test_a_lab_begins_with_a_link_to_its_chapter(path):
    chapter = contents.chapter_of(f"notebooks/labs/{path.stem}")
    assert chapter, "_toc.yml names no chapter for it"
    begins = before_the_first_picture(path)
    assert contents.notebook(chapter) in [target.resolve() for _, target in links(path, begins)]


@every_lab
def test_a_lab_that_trains_begins_with_its_protocol(path):
    if re.search(r"^(from|import) experiments\b", sources(path), re.M):
        table = "\n".join(re.findall(r"^\|.*", before_the_first_picture(path), re.M))
        for word in ("seed", "rate", "update"):
            assert word in table, f"no table with {word}s before the first result"


def sources(path):
    return "\n".join(cell.source for cell in code_cells(read(path)))


def before_the_first_picture(path):
    """The text above the first result that is drawn."""
    texts = []
    for cell in read(path).cells:
        if any(is_picture(output.get("data", {})) for output in cell.get("outputs", ())):
            break
        texts += [cell.source] if cell.cell_type == "markdown" else []
    return "\n\n".join(texts)


# Claims

CLAIMS = [
    (path, cell)
    for path in NOTEBOOKS
    for cell in code_cells(read(path))
    if CLAIM in cell.metadata.get("tags", ())
]


@pytest.mark.parametrize(
    ("path", "cell"), CLAIMS, ids=[f"{path.stem}-{cell.execution_count}" for path, cell in CLAIMS]
)
def test_a_claim_is_a_sentence_and_the_code_that_checks_it(path, cell):
    sentence = claim(cell)
    assert len(sentence) <= 150
    assert not re.search(r"[$\\{}]", sentence), "a claim is plain text"
    assert any(map(is_assert, ast.walk(ast.parse(cell.source)))), "nothing is asserted"


@every_chapter
def test_a_chapter_has_claims(path):
    assert [at for at, _ in CLAIMS].count(path) >= 3


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        (new_code_cell("assert 1 < 2"), "the first line of a claim is a comment that states it"),
        (new_code_cell("#\nassert 1 < 2"), "the first line of a claim is a comment"),
        (new_code_cell("# it prints", outputs=[new_output("stream")]), "a claim shows nothing"),
    ],
    ids=["no-comment", "empty-comment", "output"],
)
def test_a_cell_that_is_no_claim_is_refused_in_words(cell, complaint):
    with pytest.raises(ValueError, match=complaint):
        claim(cell)
    with pytest.raises(ValueError, match=complaint):  # which is a warning, and fails `make book`
        built.claim(as_parsed(cell))


def as_parsed(cell):
    """A code cell as the build has it, with the little of it that a claim needs."""
    shown = nodes.container("", nodes.literal_block(cell.source, cell.source))
    return nodes.container("", shown, *(nodes.container() for _ in cell.outputs))


def test_the_page_says_a_claim_once():
    sentence, code = built.claim(as_parsed(new_code_cell("# it is so\n\nassert 1")))
    assert (sentence.astext(), code.astext()) == ("it is so", "assert 1")


# Links

LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")


def links(path, markdown):
    """The links to other pages of the project: the text of each, and the file that it means."""
    for text, address in LINK.findall(markdown):
        address = address.partition("#")[0]
        if address and "://" not in address:
            start = ROOT if address.startswith("/") else path.parent
            file = start / address.lstrip("/")
            yield text, file if file.suffix else file.with_suffix(".ipynb")


def said(path):
    """All that a page says in Markdown, with the captions of its figures."""
    cells = code_cells(read(path)) if path.suffix == ".ipynb" else ()
    captions = [
        cell.metadata.get("mystnb", {}).get("figure", {}).get("caption", "") for cell in cells
    ]
    return "\n\n".join([text_of(path), *captions])


LAB_TITLES = {title(read(path)): path for path in LABS}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_link_leads_to_a_page_that_exists(path):
    for text, file in links(path, said(path)):
        assert file.exists(), f"[{text}] leads nowhere: {file}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_chapter_and_every_lab_that_is_named_is_a_link_to_it(path):
    bare = LINK.sub("", said(path))
    assert not re.findall(r"\bchapters? \d.{,20}", bare, re.I)
    assert not re.findall(r"\blabs? \*.{,20}", bare, re.I)
    assert not [name for name, lab in LAB_TITLES.items() if f"*{name}*" in bare and lab != path]
    for text, file in links(path, said(path)):
        if named := re.fullmatch(r"chapter (\d+)", text, re.I):
            assert file.name.startswith(f"{int(named[1]):02}"), f"{text} leads to {file.name}"


# What is cited


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_what_is_cited_is_in_the_bibliography(path):
    known = set(parse_file(ROOT / "book" / "references.bib").entries)
    cited = re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", text_of(path))
    assert {key.strip() for keys in cited for key in keys.split(",")} <= known


# Prose


def lines_of_prose(path):
    """The lines of a page without its code, formulas, tables and quotations."""
    text = re.sub(r"^(```|\$\$).*?^\1.*?$", "", text_of(path), flags=re.M | re.S)
    return [line for line in text.splitlines() if not re.match(r"\s*[|>]", line)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_line_holds_one_sentence(path):
    two = re.compile(r'[.!?][)*"”’]*\s+[("“*]*[A-Z]')
    # **Your guess.** At how many …   1. **What is it?**   **1. Forget.** How much …
    lead_in = re.compile(r"^\s*(?:- |\d+\. )?(?:\*\*[^*]+\*\* |\*\*\d+\. )?")
    assert not [line for line in lines_of_prose(path) if two.search(lead_in.sub("", line))]


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


def test_the_handout_of_how_to_use_has_all_but_the_solutions():
    page = read(ROOT / "book" / "how_to_use.ipynb")
    [source] = [cell.source for cell in code_cells(page) if "def handout" in cell.source]
    exec(source, names := {})
    for path in CHAPTERS:
        cells = read(path).cells
        solutions = [cell for cell in cells if "Show a solution" in str(cell.metadata)]
        assert solutions
        left = names["handout"](path).cells
        assert left == [cell for cell in cells if cell not in solutions]
