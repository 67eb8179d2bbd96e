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
"""How notebooks are executed: what `store_outputs.execute` takes."""


@cache
def executed(path: Path) -> NotebookNode:
    """The notebook as it comes out now, its widgets named as they are named when stored.

    A cell that fails has an error among its outputs, and those after it still run.
    """
    return store_outputs.executed(path, **settings)


@cache
def failures(path: Path) -> dict[int, str]:
    """What went wrong in each cell that failed, by the number of the cell."""
    return dict(store_outputs.failures(executed(path)))


class Replay:
    """Answers nbval as a kernel does, with what each cell of an executed notebook gave."""

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
        """The reply is there already."""

    def await_idle(self, msg_id: str, timeout: float) -> None:
        """It is idle always."""

    def is_alive(self) -> bool:
        return True

    def stop(self) -> None:
        """Nothing is running."""


def setup(self: IPyNbFile) -> None:
    """What nbval does before the first cell of a notebook, with `Replay` for a kernel."""
    self.kernel = Replay(executed(self.path))
    self.setup_sanitize_files()


def let_nbval_use_it() -> None:
    """From now on nbval compares what `executed` gives, and starts no kernels of its own."""
    IPyNbFile.setup = setup
