"""Every notebook, executed once: for nbval, which compares texts, and for the tests of figures."""

from collections.abc import Iterator
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from nbformat import NotebookNode
from nbval.plugin import IPyNbFile
from stored import ROOT, code_cells

specification = spec_from_file_location("store_outputs", ROOT / "book" / "store_outputs.py")
store_outputs = module_from_spec(specification)
specification.loader.exec_module(store_outputs)

settings: dict = {"go_on": True}
"""The arguments of `store_outputs.execute` with which notebooks are executed."""


@cache
def executed(path: Path) -> NotebookNode:
    """The notebook, executed now, with its widgets named as in a stored one.

    A cell that fails has an error among its outputs, and those after it still run.
    """
    before = store_outputs.processor_seconds()
    notebook = store_outputs.executed(path, **settings)
    seconds[path] = store_outputs.processor_seconds() - before
    return notebook


seconds: dict[Path, float] = {}
"""The time on the processor that each notebook took, kernel and compilers included; a machine with
other things to do gives it the same, only later."""


@cache
def failures(path: Path) -> dict[int, str]:
    """The error of each cell that failed, by the number of the cell."""
    return dict(store_outputs.failures(executed(path)))


class Replay:
    """Stands in for nbval's kernel, and replays the outputs of an executed notebook."""

    def __init__(self, notebook: NotebookNode):
        self.cells = iter(code_cells(notebook))
        self.messages: Iterator[dict] = iter(())

    def execute_cell_input(self, source: str, allow_stdin: bool) -> str:
        """nbval asks for one cell after the other; an empty one gives nothing."""
        cell = next(cell for cell in self.cells if cell.source == source) if source.strip() else {}
        said = [{"msg_type": o.output_type, "content": o} for o in cell.get("outputs", ())]
        idle = {"msg_type": "status", "content": {"execution_state": "idle"}}
        mine = {"parent_header": {"msg_id": source}}
        self.messages = iter([message | mine for message in (*said, idle)])
        return source

    def get_message(self, stream: str, timeout: float) -> dict:
        return next(self.messages)

    def await_reply(self, msg_id: str, timeout: float) -> None:
        """Nothing to wait for: the notebook has been executed."""

    def await_idle(self, msg_id: str, timeout: float) -> None:
        """Nothing to wait for."""

    def is_alive(self) -> bool:
        return True

    def stop(self) -> None:
        """There is no process to stop."""


def setup(self: IPyNbFile) -> None:
    """nbval's set-up of a notebook, with `Replay` as its kernel.

    Figures and tables are compared by test_figures.py, which allows for the last digits.
    """
    self.skip_compare = (*self.skip_compare, "text/html", "image/svg+xml")
    self.kernel = Replay(executed(self.path))
    self.setup_sanitize_files()


def let_nbval_use_it() -> None:
    """Let nbval compare what `executed` gives, instead of starting kernels."""
    IPyNbFile.setup = setup
