"""Run notebooks as their links to Colab, to Binder and into the browser do, in fresh environments.

    python tests/elsewhere.py                          every notebook, as `make test-elsewhere`
    python tests/elsewhere.py notebooks/03*.ipynb      these only

In Colab a notebook is alone: the page names the line that it runs first, which installs the library
from the project's address. On Binder the whole project is there, with the packages that `.binder`
lists. In the browser there are the library, and the NumPy and Matplotlib that a browser's Python
has. All three are only imitated: the project is cloned from this machine, whose pip and Python run.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell
from stored import NOTEBOOKS, ROOT

sys.path.append(str(ROOT))  # book/ is not installed
from book import address  # noqa: E402
from book.extension import in_the_browser  # noqa: E402

REPOSITORY = "https://github.com/Example/lstm-book"
MOST_SECONDS = 600
"""For a cell; the first one installs PyTorch."""


def from_this_machine() -> dict[str, str]:
    """Environment variables with which git clones this project in place of the example."""
    return os.environ | {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{ROOT.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": REPOSITORY,
    }


class Kernel(AsyncKernelManager):
    """The Python of an environment, whatever kernels the user has installed."""

    kernel_spec = None

    def __init__(self, python: Path):
        super().__init__()
        argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        self.kernel_spec = KernelSpec(argv=argv)


class Place:
    """A folder with an environment of its own, in which notebooks are run."""

    not_there = frozenset()
    """Notebooks to which the site has no such link."""

    def __init__(self, folder: Path):
        self.folder, self.python = folder, folder / "environment" / "bin" / "python"
        run(sys.executable, "-m", "venv", folder / "environment")

    def install(self, *what: object, **how) -> None:
        run(self.python, "-m", "pip", "install", "--quiet", *what, **how)

    def run(self, notebook: nbformat.NotebookNode, folder: Path) -> None:
        quiet = ["--log-level=ERROR"]
        client = NotebookClient(
            notebook, Kernel(self.python), timeout=MOST_SECONDS, extra_arguments=quiet
        )
        client.execute(cwd=str(folder), env=from_this_machine())


class Colab(Place):
    """A machine that has the packages of Jupyter and, of the project, the notebook alone."""

    not_there = address.NOT_ALONE

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.install("ipykernel", "nbformat")

    def open(self, path: Path) -> None:
        notebook = nbformat.read(ROOT / path, as_version=4)
        notebook.cells.insert(0, new_code_cell(address.install(REPOSITORY)))
        alone = self.folder / "content"
        alone.mkdir(exist_ok=True)
        self.run(notebook, alone)


class Binder(Place):
    """A copy of the project with the packages that it lists for Binder."""

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.project = folder / "project"
        run("git", "clone", "--quiet", REPOSITORY, self.project, env=from_this_machine())
        listed = self.project / ".binder" / "requirements.txt"
        lines = listed.read_text(encoding="utf-8").splitlines()
        # The index with smaller packages of PyTorch is left out: it may be out of reach here.
        lines = [line for line in lines if not line.startswith("--extra-index-url")]
        listed.write_text("\n".join(lines), encoding="utf-8")
        self.install("-r", listed.relative_to(self.project), cwd=self.project)

    def open(self, path: Path) -> None:
        file = self.project / path
        self.run(nbformat.read(file, as_version=4), file.parent)


class Browser(Place):
    """The library without PyTorch, and what the Python of a browser brings."""

    not_there = frozenset(path.relative_to(ROOT).as_posix() for path in NOTEBOOKS) - {
        f"{name}.ipynb" for name in in_the_browser.WITH_THE_LIBRARY
    }

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.install("ipykernel", *in_the_browser.RELEASES)
        self.wheel = in_the_browser.build_wheel(folder)

    def open(self, path: Path) -> None:
        notebook = in_the_browser.to_run(path.with_suffix("").as_posix(), "")
        first = notebook.cells[0]
        first.source = first.source.replace("pip install", f"pip install -f {self.wheel.parent}")
        self.run(notebook, self.folder)


def run(*command: object, **how) -> None:
    subprocess.run([str(each) for each in command], check=True, **how)


def main(arguments: list[str]) -> None:
    paths = [Path(each).resolve() for each in arguments] or NOTEBOOKS
    failed = []
    for kind in (Colab, Binder, Browser):
        folder = Path(tempfile.mkdtemp(prefix=f"{kind.__name__.lower()}-"))
        try:
            place = kind(folder)
            for path in (path.relative_to(ROOT) for path in paths):
                if path.as_posix() in place.not_there:
                    continue
                print(f"{kind.__name__}: {path}", flush=True)
                try:
                    place.open(path)
                except CellExecutionError as error:
                    print(error)
                    failed.append(f"{kind.__name__}: {path}")
        finally:
            shutil.rmtree(folder)
    if failed:
        sys.exit("\nThese did not run:\n" + "\n".join(failed))
    print("\nThey run in all three places.")


if __name__ == "__main__":
    main(sys.argv[1:])
