"""Executing a notebook stores the same bytes every time, or nothing at all."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from stored import ROOT

STORE_OUTPUTS = ROOT / "book" / "store_outputs.py"
LINKED_WIDGETS = """\
import ipywidgets as widgets
a, b = widgets.FloatSlider(description="a"), widgets.FloatText()
widgets.HBox([a, b, widgets.jslink((a, "value"), (b, "value"))])"""


@pytest.fixture
def notebook(tmp_path: Path):
    """Write a notebook of the given cells; return its path."""

    def write(*sources: str) -> Path:
        cells = [new_code_cell(source, id=f"cell-{n}") for n, source in enumerate(sources)]
        path = tmp_path / "example.ipynb"
        nbformat.write(new_notebook(cells=cells), path)
        return path

    return write


def store(path: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, STORE_OUTPUTS, path]
    return subprocess.run(command, capture_output=True, text=True)


def test_storing_twice_gives_the_same_bytes(notebook):
    path = notebook(LINKED_WIDGETS, "print('one'); print('two')")
    assert store(path).returncode == 0
    once = path.read_bytes()
    assert store(path).returncode == 0
    assert path.read_bytes() == once


def test_a_shown_widget_refers_to_its_stored_state(notebook):
    path = notebook(LINKED_WIDGETS)
    store(path)
    stored = nbformat.read(path, as_version=4)
    (models,) = stored.metadata.widgets.values()
    shown = stored.cells[0].outputs[0].data["application/vnd.jupyter.widget-view+json"]
    children = models["state"][shown["model_id"]]["state"]["children"]
    assert len(children) == 3
    assert {child.removeprefix("IPY_MODEL_") for child in children} <= set(models["state"])


def test_cells_keep_their_ids_and_are_counted_from_one(notebook):
    path = notebook("1 + 1", "2 + 2")
    store(path)
    cells = nbformat.read(path, as_version=4).cells
    assert [(cell.id, cell.execution_count) for cell in cells] == [("cell-0", 1), ("cell-1", 2)]


def test_a_cell_that_raises_leaves_the_notebook_as_it_was(notebook):
    path = notebook("print('fine')", "1 / 0")
    before = path.read_bytes()
    result = store(path)
    assert result.returncode != 0
    assert "ZeroDivisionError" in result.stderr
    assert path.read_bytes() == before
