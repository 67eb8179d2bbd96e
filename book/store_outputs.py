"""Execute notebooks and store their outputs, so that the same code stores the same bytes.

    python book/store_outputs.py                        every notebook of the book
    python book/store_outputs.py notebooks/04*.ipynb    these only

Each notebook runs from top to bottom on a fresh kernel, in its own folder. The kernel is the Python
that runs this script, with environment variables of its own. If a cell raises, hangs or ends its
kernel, the message names the notebook, the cell and the line, and the file stays as it was.

For each notebook that came out otherwise than before, `book/executions.json` says when it was
executed and how long that took.
"""

import atexit
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from uuid import NAMESPACE_URL, uuid4, uuid5

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("notebooks", "notebooks/labs", "book")
EXECUTIONS = ROOT / "book" / "executions.json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
MOST_SECONDS = 300  # for one cell
SECONDS_TO_STOP = 20  # when it is interrupted

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
# Without the version of Python, which differs from machine to machine.
LANGUAGE = {"file_extension": ".py", "name": "python", "pygments_lexer": "ipython3"}


# The kernel


@cache
def home() -> str:
    """An empty folder for the settings, caches and temporary files of kernels; deleted at exit."""
    folder = tempfile.mkdtemp(prefix="notebooks-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def environment(machine: Mapping[str, str]) -> dict[str, str]:
    """All environment variables of a kernel; those of ``machine`` are added or override.

    Only what a kernel needs is passed on, so that no setting of the user changes an output.
    Matplotlib, IPython and Jupyter look for their configuration files in ``HOME``.
    """
    needed = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return needed | {
        "HOME": home(),
        "TMPDIR": home(),
        "PYTHONPATH": str(ROOT),  # lstm_lib and experiments are those of this checkout
        "PYTHONNOUSERSITE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OMP_NUM_THREADS": "1",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "COLUMNS": "80",
        "LINES": "24",
        **machine,
    }


# Matplotlib reads its settings when it is imported, first of all from the current folder: so it is
# imported in the kernel's home, before the kernel changes to the notebook's folder. IPython would
# also read the settings for all users of the machine.
START = """
import os
import matplotlib.font_manager
os.chdir(os.environ.pop("NOTEBOOK_FOLDER"))
from IPython.core.application import SYSTEM_CONFIG_DIRS
SYSTEM_CONFIG_DIRS.clear()
from ipykernel.kernelapp import launch_new_instance
launch_new_instance()
"""


class Kernel(AsyncKernelManager):
    """The Python that runs this script, whatever kernels the user has installed."""

    kernel_spec = KernelSpec(  # -P: the current folder is not on sys.path
        argv=[sys.executable, "-P", "-c", START, "-f", "{connection_file}"]
    )

    def __init__(self) -> None:
        # Through sockets in a folder where there are such: two kernels that are started at the same
        # time may be given the same port.
        transport = "ipc" if os.name == "posix" else "tcp"
        super().__init__(transport=transport, connection_file=f"{home()}/{uuid4().hex[:8]}.json")


# Executing


def execute(
    notebook: NotebookNode,
    folder: Path,
    *,
    machine: Mapping[str, str] = {},  # noqa: B006, nothing writes to it
    most_seconds: int = MOST_SECONDS,
    go_on: bool = False,
) -> None:
    """Run every cell, in place, keeping the outputs and the state of the widgets.

    A cell that raises has the error among its outputs, and so has one that takes longer than
    ``most_seconds`` or ends its kernel. Those after it run if they still can and ``go_on`` is set.
    """
    notebook.metadata.pop("widgets", None)  # else a notebook that lost its widgets keeps the old
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # when it last ran
    begun = []
    client = NotebookClient(
        notebook,
        Kernel(),
        record_timing=False,
        coalesce_streams=True,  # one printed text, however many pieces it arrived in
        extra_arguments=["--log-level=ERROR"],  # the kernel warns of listening on this machine
        allow_errors=go_on,
        timeout=most_seconds,
        interrupt_on_timeout=True,
        error_on_timeout={"ename": "Timeout", "evalue": "", "traceback": []},
        raise_on_iopub_timeout=True,
        iopub_timeout=SECONDS_TO_STOP,
        on_cell_execute=lambda cell, cell_index: begun.append(cell),
    )
    ended = ""
    try:
        variables = environment(machine) | {"NOTEBOOK_FOLDER": str(folder.resolve())}
        client.execute(cwd=home(), env=variables, cleanup_kc=True)
    except CellExecutionError:
        pass  # it is among the outputs of its cell
    except CellTimeoutError:
        ended = f"took longer than {most_seconds} seconds and could not be interrupted"
    except DeadKernelError:
        if not begun:
            raise
        ended = "ended its kernel"
    if ended:
        cells = code_cells(notebook)
        number = cells.index(begun[-1]) + 1
        begun[-1].outputs.append(error("Ended", ended))
        for cell in cells[number:] if go_on else ():
            cell.outputs = [error("NotRun", f"not run, because cell [{number}] {ended}")]
    for cell in begun:
        for output in cell.outputs:
            if output.get("ename") == "KeyboardInterrupt":
                output.evalue = f"took longer than {most_seconds} seconds"
                output.traceback.append(output.evalue)
    notebook.metadata.update(kernelspec=KERNEL, language_info=LANGUAGE)


def error(name: str, message: str) -> NotebookNode:
    return new_output("error", ename=name, evalue=message, traceback=[message])


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells that a kernel executes, in order: the first is ``[1]``."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def failures(notebook: NotebookNode) -> Iterator[tuple[int, str]]:
    """The number of each cell with an error, and a message with the line and the traceback."""
    for number, cell in enumerate(code_cells(notebook), 1):
        for output in cell.outputs:
            if output.output_type == "error":
                traceback = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(output.traceback))
                line = re.search(rf"Cell In\[{number}\], (line \d+)", traceback)
                place = f"cell [{number}]" + (f", {line[1]}" if line else "")
                yield number, f"{place}: {output.ename}: {output.evalue}\n\n{traceback}"


# Storing


def with_stable_ids(notebook: NotebookNode, name: str) -> NotebookNode:
    """Name each widget by the notebook and its order of appearance, not by a random number.

    The ids stand in the state of the widgets, in the outputs that show them, and in references
    from widget to widget (`IPY_MODEL_…`): replacing them in the text reaches all three.
    """
    text = nbformat.writes(notebook)
    for order, random_id in enumerate(models(notebook)):
        text = text.replace(random_id, uuid5(NAMESPACE_URL, f"{name}/{order}").hex)
    return nbformat.reads(text, as_version=nbformat.NO_CONVERT)


def keep_one_style_sheet(notebook: NotebookNode) -> None:
    """Leave the style sheet that several widgets share in the state of the first of them.

    A page, like JupyterLab, makes all widgets of a notebook and gives each style to the whole
    document; a widget that is live brings its own.
    """
    kept = set()
    for model in models(notebook).values():
        style = model["state"].get("_css")
        if style in kept:
            del model["state"]["_css"]
        elif style:
            kept.add(style)


def models(notebook: NotebookNode) -> dict:
    """The state of every widget, by its id, in the order in which they were made."""
    return notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})


def executed(path: Path, **settings) -> NotebookNode:
    """The notebook as it comes out now, in the form in which it is stored."""
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    execute(notebook, path.parent, **settings)
    keep_one_style_sheet(notebook)
    return with_stable_ids(notebook, path.stem)


def store_outputs(path: Path, **settings) -> None:
    notebook = executed(path, **settings)
    for _, failure in failures(notebook):
        sys.exit(f"\n{path} is unchanged, because of {failure}")
    nbformat.write(notebook, path)


def note(name: str, seconds: float) -> None:
    """Write down when a notebook was executed, today, and how long its kernel was busy."""
    noted = executions()
    noted[name] = {"day": date.today().isoformat(), "seconds": max(round(seconds), 1)}
    lines = (f"  {json.dumps(name)}: {json.dumps(noted[name])}" for name in sorted(noted))
    EXECUTIONS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def executions() -> dict[str, dict]:
    """What is written down, by the notebook's path in the project."""
    return json.loads(EXECUTIONS.read_text(encoding="utf-8")) if EXECUTIONS.exists() else {}


def processor_seconds() -> float:
    """Seconds on the processor of all processes that this one started and that have ended; a
    machine with other things to do gives them the same, only later."""
    spent = os.times()
    return spent.children_user + spent.children_system


def main(arguments: list[str]) -> None:
    everything = (path for folder in FOLDERS for path in (ROOT / folder).glob("*.ipynb"))
    for path in [Path(argument).resolve() for argument in arguments] or sorted(everything):
        print(f"{path.name}: ", end="", flush=True)
        before, used, started = path.read_bytes(), processor_seconds(), time.perf_counter()
        store_outputs(path)
        print(f"stored, {time.perf_counter() - started:.1f} s", flush=True)
        if path.is_relative_to(ROOT):
            name = path.relative_to(ROOT).as_posix()
            seconds = processor_seconds() - used
            if path.read_bytes() != before or name not in executions():
                note(name, seconds)


if __name__ == "__main__":
    main(sys.argv[1:])
