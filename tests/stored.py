"""Reading stored notebooks: cells, outputs, widgets, figures."""

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted(ROOT.glob("notebooks/*.ipynb"))
LABS = sorted(ROOT.glob("notebooks/labs/*.ipynb"))
NOTEBOOKS = [*CHAPTERS, *LABS, *sorted(ROOT.glob("book/*.ipynb"))]

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def prose(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def models(notebook: NotebookNode) -> dict:
    """The stored state of every widget, by the id of its model."""
    return notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})


def kind(model: dict) -> str:
    """The class of an anywidget ("Gate"), or the name of another model ("VBoxModel")."""
    return model["state"].get("_anywidget_id", model["model_name"]).split(".")[-1]


def shown(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, dict]]:
    """Each cell with the content of each of its outputs, by MIME type."""
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if "data" in output:
                yield cell, output.data


def views(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, str, str]]:
    """Each widget that a cell shows, by itself or in a box: the cell, its model's id, its kind."""
    stored = models(notebook)

    def within(model_id):
        yield model_id
        for child in stored[model_id]["state"].get("children", ()):
            yield from within(child.removeprefix("IPY_MODEL_"))

    for cell, data in shown(notebook):
        if WIDGET_VIEW in data:
            for model_id in within(data[WIDGET_VIEW]["model_id"]):
                yield cell, model_id, kind(stored[model_id])


def figures(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, dict]]:
    """Each output that is a picture: SVG, a table, an image, or a widget that asks no question."""
    questions = {model_id for _, model_id, kind in views(notebook) if kind == "Question"}
    for cell, data in shown(notebook):
        html = re.search("<(svg|table|img)", data.get("text/html", ""))
        image = any(mime.startswith("image/") for mime in data)
        widget = WIDGET_VIEW in data and data[WIDGET_VIEW]["model_id"] not in questions
        if html or image or widget:
            yield cell, data
