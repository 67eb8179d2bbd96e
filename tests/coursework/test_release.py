"""What students get has nothing that it should not have, and is what nbgrader would give them."""

import json
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from stored import ROOT
from withheld import REGION, withheld

from coursework import __main__ as commands
from coursework import release
from coursework.assignments import NAMES

every_assignment = pytest.mark.parametrize("name", NAMES)


@every_assignment
def test_no_line_of_a_solution_or_of_a_hidden_test_is_in_any_byte_of_the_release(name, tmp_path):
    (path,) = release.release([name], tmp_path)
    written, secret = path.read_bytes(), withheld(name)
    assert len(secret) > 20
    for line in secret:
        for form in (line, json.dumps(line)[1:-1], json.dumps(line, ensure_ascii=False)[1:-1]):
            assert form.encode() not in written, line


@every_assignment
def test_nothing_in_it_says_that_something_was_taken_out_of_a_test(name, tmp_path):
    (path,) = release.release([name], tmp_path)
    assert not re.search(rb"BEGIN|END |HIDDEN|For the grader", path.read_bytes())


@every_assignment
def test_it_has_not_been_run_and_its_tests_are_locked(name, tmp_path):
    (path,) = release.release([name], tmp_path)
    for cell in nbformat.read(path, as_version=4).cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None
        kept = cell.metadata.get("nbgrader", {})
        assert cell.metadata.get("editable", True) == (not kept.get("locked", False))
        assert cell.metadata.get("deletable", True) == (not kept)


@every_assignment
def test_the_page_of_the_book_is_the_release(name, tmp_path):
    (path,) = release.release([name], tmp_path)
    page = ROOT / "book" / "assignments" / path.name
    assert page.read_bytes() == path.read_bytes(), "write the releases again: coursework/release.py"


def test_no_other_page_is_an_assignment():
    pages = {path.stem for path in (ROOT / "book" / "assignments").glob("*")}
    assert pages == set(NAMES)


@every_assignment
def test_the_answer_key_has_the_solutions_and_no_hidden_test(name):
    source, key = release.source(name), release.answer_key(release.source(name), notes=True)
    for cell, shown in zip(source.cells, key.cells, strict=True):
        visible = re.sub(REGION.format("HIDDEN TESTS"), "", cell.source, flags=re.S).rstrip()
        lines = re.sub(r"^[ \t]*### (BEGIN|END) SOLUTION\n?", "", visible, flags=re.M).rstrip()
        assert shown.source.replace("# Answer key: ", "# ").rstrip() == lines


@every_assignment
def test_the_answer_key_has_the_notes_for_the_grader_only_if_they_are_asked_for(name):
    def texts(**settings):
        return [cell.source for cell in release.answer_key(release.source(name), **settings).cells]

    [answer] = [text for text in texts(notes=True) if "For the grader: " in text]
    shown, _, _ = answer.partition("\n\nFor the grader: ")
    assert texts() == [shown if text == answer else text for text in texts(notes=True)]


# The commands


def run(*words):
    commands.main([*map(str, words)])


def test_one_command_writes_all_releases_or_some(tmp_path, capsys):
    run("release", "--out", tmp_path / "all")
    assert {path.stem for path in (tmp_path / "all").iterdir()} == set(NAMES)
    run("release", "variants", "--out", tmp_path / "one")
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["variants.ipynb"]
    assert str(tmp_path / "one" / "variants.ipynb") in capsys.readouterr().out


def test_one_command_writes_an_answer_key_that_was_run(tmp_path):
    run("key", "rnn_by_hand", "--out", tmp_path)
    key = nbformat.read(tmp_path / "rnn_by_hand.ipynb", as_version=4)
    assert key.cells[0].source.startswith("# Answer key: Assignment 1")
    cells = [cell for cell in key.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [o for cell in cells for o in cell.outputs if o.output_type == "error"]


# What is refused


def cell(source, solution=False, grade=False, kind=new_code_cell):
    settings = {"solution": solution, "grade": grade, "locked": grade, "grade_id": "q"}
    return kind(source, metadata={"nbgrader": settings})


def notebook(*cells):
    return new_notebook(cells=cells, metadata={})


FUNCTION = "def f(x):\n    ### BEGIN SOLUTION\n    return 6 * x + 1\n    ### END SOLUTION"
TEST = "assert f(1) == 7, 'look'\n### BEGIN HIDDEN TESTS\nassert f(2) == 13\n### END HIDDEN TESTS"


def test_the_stub_is_indented_as_the_solution_was():
    (f, test) = release.released(
        notebook(cell(FUNCTION, solution=True), cell(TEST, grade=True))
    ).cells
    assert f.source == "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    assert test.source == "assert f(1) == 7, 'look'"


@pytest.mark.parametrize(
    ("cells", "complaint"),
    [
        ([cell(FUNCTION.replace("### END SOLUTION", ""), solution=True)], "does not end"),
        ([cell("### END SOLUTION\n" + FUNCTION, solution=True)], "did not begin"),
        ([cell(FUNCTION + "\n" + FUNCTION.replace("END", "BEGIN"), solution=True)], "again"),
        ([cell(FUNCTION)], "lack solution"),
        ([cell(TEST, solution=True)], "lack grade"),
        ([cell(FUNCTION, solution=True), cell("It is 6 * x + 1.\n    return 6 * x + 1")], None),
        (
            [cell(FUNCTION, solution=True), new_markdown_cell("`return 6 * x + 1`")],
            "would read a line",
        ),
        (
            [
                cell("The sum is even.", True, True, new_markdown_cell),
                new_markdown_cell("The sum is even."),
            ],
            "would read a line",
        ),
    ],
)
def test_a_source_that_would_leak_is_refused(cells, complaint):
    if complaint is None:  # the same line in the starter code is no secret
        release.released(notebook(*cells))
        return
    with pytest.raises(ValueError, match=complaint):
        release.released(notebook(*cells))


def test_an_unknown_assignment_is_refused_with_the_names_that_there_are():
    with pytest.raises(ValueError, match="there are rnn_by_hand, gates_and_cell"):
        release.source("essay")


# Beside nbgrader


@every_assignment
def test_nbgrader_knows_the_format_and_clears_the_same(name):
    from nbgrader import preprocessors
    from nbgrader.nbgraderformat import MetadataValidator

    theirs, ours = release.source(name), release.released(release.source(name))
    for cell in theirs.cells:
        MetadataValidator().validate_cell(cell)
    for step in (
        "CheckCellMetadata",
        "LockCells",
        "ClearSolutions",
        "ClearOutput",
        "ClearHiddenTests",
    ):
        theirs, _ = getattr(preprocessors, step)().preprocess(theirs, {})
    for one, two in zip(theirs.cells, ours.cells, strict=True):
        assert one.source == two.source
        for what in ("nbgrader", "deletable", "editable"):
            assert one.metadata.get(what) == two.metadata.get(what)
