"""Execute notebooks and store their outputs, so that the same code stores the same bytes.

    python book/store_outputs.py                        every notebook of the book
    python book/store_outputs.py notebooks/04*.ipynb    these only

Each notebook runs from top to bottom on a fresh kernel, in its own folder. If a cell raises, its
traceback is printed and the file stays as it was.
"""

import sys
import time
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("notebooks", "book")
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
# Without the version of Python, which differs from machine to machine.
LANGUAGE = {"file_extension": ".py", "name": "python", "pygments_lexer": "ipython3"}


def execute(notebook: NotebookNode, folder: Path, **settings: bool | float) -> None:
    """Run every cell, in place, keeping the outputs and the state of the widgets.

    The settings are those of ``NotebookClient``: what happens if a cell raises or takes too long.
    """
    notebook.metadata.pop("widgets", None)  # else a notebook that lost its widgets keeps the old
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # when it last ran
    NotebookClient(
        notebook,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        coalesce_streams=True,  # one printed text, however many pieces it arrived in
        extra_arguments=["--log-level=ERROR"],  # the kernel warns of listening on this machine
        **settings,
    ).execute()
    notebook.metadata.update(kernelspec=KERNEL, language_info=LANGUAGE)


def with_stable_ids(notebook: NotebookNode, name: str) -> NotebookNode:
    """Name each widget by the notebook and its order of appearance, not by a random number.

    The ids stand in the state of the widgets, in the outputs that show them, and in references
    from widget to widget (`IPY_MODEL_…`): replacing them in the text reaches all three.
    """
    widgets = notebook.metadata.get("widgets", {})
    models = widgets.get(WIDGET_STATE, {}).get("state", {})
    text = nbformat.writes(notebook)
    for order, random_id in enumerate(models):
        text = text.replace(random_id, uuid5(NAMESPACE_URL, f"{name}/{order}").hex)
    return nbformat.reads(text, as_version=nbformat.NO_CONVERT)


def store_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    execute(notebook, path.parent)
    nbformat.write(with_stable_ids(notebook, path.stem), path)


def main(arguments: list[str]) -> None:
    everything = (path for folder in FOLDERS for path in (ROOT / folder).glob("*.ipynb"))
    for path in [Path(argument) for argument in arguments] or sorted(everything):
        started = time.perf_counter()
        try:
            store_outputs(path)
        except CellExecutionError as error:
            sys.exit(f"{path} is unchanged, because a cell raised:\n\n{error}")
        print(f"{path.name}: stored, {time.perf_counter() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
