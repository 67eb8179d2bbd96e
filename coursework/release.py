"""From the source of an assignment: the notebook that students get, and the answer key.

A source is a notebook in nbgrader's format. Of a cell that students write, the lines between
``### BEGIN SOLUTION`` and ``### END SOLUTION`` are replaced by a line that raises
``NotImplementedError``; of a cell with tests, those between ``### BEGIN HIDDEN TESTS`` and
``### END HIDDEN TESTS`` are left out. A written answer is a cell of Markdown that is solution and
graded at once: all of its text is the model answer. ``nbgrader generate_assignment`` clears the
same lines; this module needs no nbgrader, no database, and looks for leaks itself.
"""

import json
import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from coursework.assignments import NAMES

ASSIGNMENTS = Path(__file__).resolve().parent / "assignments"
RELEASES = ASSIGNMENTS.parent.parent / "book" / "assignments"
"""The releases that are pages of the book."""

SOLUTION, HIDDEN_TESTS = "SOLUTION", "HIDDEN TESTS"
STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")
ANSWER = "YOUR ANSWER HERE"
OF_A_NOTEBOOK = ("kernelspec", "language_info")
OF_A_CELL = ("nbgrader", "tags", "mystnb")
"""The metadata that a release keeps."""


def source(name: str) -> NotebookNode:
    """The source of an assignment.

    Raises:
        ValueError: there is no assignment of this name.
    """
    if name not in NAMES:
        raise ValueError(f"no assignment {name!r}; there are {', '.join(NAMES)}")
    return nbformat.read(ASSIGNMENTS / f"{name}.ipynb", as_version=4)


def role(cell: NotebookNode, what: str) -> bool:
    """Whether nbgrader counts a cell as ``"solution"``, ``"grade"`` or ``"locked"``."""
    return bool(cell.metadata.get("nbgrader", {}).get(what))


# Regions


def split(text: str, region: str) -> tuple[list[str], list[str]]:
    """The lines of a cell outside and inside its regions of this name.

    Where a region stood, the lines outside have its first line, which shows how far it is indented.

    Raises:
        ValueError: a region within a region, or one that does not begin or end.
    """
    outside, inside, open_at = [], [], None
    for number, line in enumerate(text.split("\n"), 1):
        if f"### BEGIN {region}" in line:
            if open_at:
                raise ValueError(f"line {number} begins {region} again: line {open_at} did so")
            open_at = number
            outside.append(line)
        elif f"### END {region}" in line:
            if not open_at:
                raise ValueError(f"line {number} ends {region}, which did not begin:\n{text}")
            open_at = None
        else:
            (inside if open_at else outside).append(line)
    if open_at:
        raise ValueError(f"line {open_at} begins {region}, which does not end:\n{text}")
    return outside, inside


def replaced(text: str, region: str, lines: Iterable[str] = ()) -> str:
    """A cell with these lines, indented, in the place of each region."""
    kept, _ = split(text, region)
    return "\n".join(
        new
        for line in kept
        for new in (indented(lines, line) if f"### BEGIN {region}" in line else [line])
    )


def indented(lines: Iterable[str], like: str) -> list[str]:
    return [re.match(r"\s*", like)[0] + line for line in lines]


def is_answer(cell: NotebookNode) -> bool:
    """Whether the whole cell is a solution: a written answer, or code without a region."""
    return role(cell, "solution") and f"### BEGIN {SOLUTION}" not in cell.source


def check_places(cell: NotebookNode) -> None:
    """A region must stand where it is found: a solution in a cell that students write, hidden tests
    in one that is graded."""
    for region, what in ((SOLUTION, "solution"), (HIDDEN_TESTS, "grade")):
        if f"### BEGIN {region}" in cell.source and not role(cell, what):
            raise ValueError(
                f"{region} in a cell whose nbgrader metadata lack {what}:\n{cell.source}"
            )


# What students get


def released(notebook: NotebookNode) -> NotebookNode:
    """What students get: no solution, no hidden test, no output.

    Raises:
        ValueError: a region that does not end or stands in the wrong cell, or a line of a solution
            or a hidden test that stands elsewhere in the notebook too, and would be shown there.
    """
    release = new_of(notebook)
    for cell in release.cells:
        check_places(cell)
        if is_answer(cell):
            cell.source = "\n".join(STUB) if cell.cell_type == "code" else ANSWER
        cell.source = replaced(cell.source, SOLUTION, STUB)
        cell.source = replaced(cell.source, HIDDEN_TESTS)
        if role(cell, "solution"):
            cell.metadata["deletable"] = False
        elif role(cell, "grade") or role(cell, "locked"):
            cell.metadata.update(deletable=False, editable=False)
    text = nbformat.writes(release)
    for line in withheld(notebook):
        if json.dumps(line, ensure_ascii=False)[1:-1] in text:
            raise ValueError(f"students would read a line of a solution or a hidden test:\n{line}")
    return release


def new_of(notebook: NotebookNode) -> NotebookNode:
    """A copy with nothing that running or editing it left behind."""
    copy = deepcopy(notebook)
    copy.metadata = NotebookNode({k: v for k, v in copy.metadata.items() if k in OF_A_NOTEBOOK})
    for cell in copy.cells:
        cell.pop("attachments", None)
        cell.metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k in OF_A_CELL})
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return copy


def withheld(notebook: NotebookNode) -> set[str]:
    """Each line of solutions, model answers and hidden tests that the starter code does not have.

    A line of brackets alone says nothing, and is left out.
    """
    secret, starter = set(), set(STUB)
    for cell in notebook.cells:
        if is_answer(cell):
            secret.update(cell.source.split("\n"))
            continue
        outside, solution = split(cell.source, SOLUTION)
        outside, hidden = split("\n".join(outside), HIDDEN_TESTS)
        secret.update(solution, hidden)
        if cell.cell_type == "code":
            starter.update(outside)
    lines = {line.strip() for line in secret} - {line.strip() for line in starter}
    return {line for line in lines if re.search(r"\w", line)}


def release(names: Iterable[str] = NAMES, folder: Path = RELEASES) -> list[Path]:
    """Write what students get, one notebook for each assignment."""
    return [write(released(source(name)), folder / f"{name}.ipynb") for name in names]


def write(notebook: NotebookNode, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


# The answer key


def answer_key(notebook: NotebookNode, notes: bool = False) -> NotebookNode:
    """The solutions and model answers, without hidden tests: to hand out after the deadline; with
    the notes for the grader, for the grader alone."""
    key = new_of(notebook)
    for cell in key.cells:
        check_places(cell)
        cell.source = replaced(cell.source, HIDDEN_TESTS)
        marks = re.compile(rf"^\s*### (BEGIN|END) {SOLUTION}\n?", re.M)
        cell.source = marks.sub("", cell.source)
        if not notes:
            cell.source = cell.source.partition("\n\nFor the grader: ")[0]
        cell.metadata.pop("nbgrader", None)
    first = key.cells[0]
    first.source = first.source.replace("# ", "# Answer key: ", 1)
    return key


def keys(names: Iterable[str], folder: Path, notes: bool = False) -> Iterator[Path]:
    """Execute the answer key of each assignment, and write it with its outputs.

    Raises:
        RuntimeError: a solution does not pass its own tests.
    """
    from book.store_outputs import execute, failures  # here: only this needs a kernel

    for name in names:
        key = answer_key(source(name), notes)
        execute(key, ASSIGNMENTS)
        for _, failure in failures(key):
            raise RuntimeError(f"the solutions of {name} fail in {failure}")
        yield write(key, folder / f"{name}.ipynb")
