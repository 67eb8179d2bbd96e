"""Pages that need NumPy alone run in the browser of a reader: a link opens a copy in JupyterLite.

JupyterLite is built into a folder of the site, with the notebooks and a wheel of the library.
Nothing of it is fetched before the link is followed. Then Python comes from another host, as
:data:`PYODIDE` says, and so do the packages that it does not bring.
"""

import json
import posixpath
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit

import nbformat
from docutils import nodes
from jupyter_core.paths import jupyter_path
from sphinx.transforms import SphinxTransform

from book.contents import ROOT, notebook

FOLDER = "lite"
"""Where JupyterLite lies in the site."""

PYODIDE = "https://cdn.jsdelivr.net/pyodide/v0.27.7/full/pyodide.js"
"""Python for browsers, of the release that goes with JupyterLite's in ``book/requirements.in``."""

RELEASES = ("numpy==2.0.2", "matplotlib==3.8.4")
"""What it brings that notebooks need. It has no PyTorch."""

PACKAGES = ("pypi.org", "files.pythonhosted.org")
"""Where what it does not bring comes from."""

ALONE = tuple(
    f"book/assignments/{name}"
    for name in ("rnn_by_hand", "gates_and_cell", "backpropagation", "variants")
)
"""Pages that need NumPy alone. The last assignment trains networks, for hours, in PyTorch."""

WITH_THE_LIBRARY = ("notebooks/labs/build_a_memory_by_hand",)
"""Pages that need the library, too, but nothing of it that computes with PyTorch."""

EXTENSIONS = (
    "@jupyter-widgets/jupyterlab-manager",
    "@jupyterlite/pyodide-kernel-extension",
    "anywidget",
)
"""The extensions of JupyterLab that the notebooks need: of those that happen to be installed,
JupyterLite would take all."""

DISABLED = (
    "@jupyterlite/application-extension:service-worker-manager",  # it removes all other workers
    "@jupyter-notebook/application-extension:pages",  # leads to parts that are not built
)


class RunHere(SphinxTransform):
    """Put the link under what a page says of itself, or else under its first sentence."""

    default_priority = 510  # after `book.extension.opening`

    def apply(self, **kwargs) -> None:
        name = self.env.docname
        if name not in (*ALONE, *WITH_THE_LIBRARY):
            return
        page = next(self.document.findall(nodes.section))
        paragraphs = [k for k, node in enumerate(page) if isinstance(node, nodes.paragraph)]
        said = [k for k in paragraphs if "reading" in page[k]["classes"]]
        page.insert((said or paragraphs)[0] + 1, link(name))


def link(name: str) -> nodes.paragraph:
    """The link to the copy of a page, and who is asked for what when it is opened."""
    address = f"{FOLDER}/notebooks/index.html?path={quote(Path(name).name)}.ipynb"
    hosts = f"Python from {urlsplit(PYODIDE).hostname} and packages from {' and '.join(PACKAGES)}"
    return nodes.paragraph(
        "",
        "",
        nodes.reference(
            "",
            "Run a copy of this page in your browser",
            refuri=posixpath.relpath(address, posixpath.dirname(name)),
            internal=True,
        ),
        nodes.Text(
            f": it loads {hosts}. Your changes stay in this browser: download what you keep."
        ),
        classes=["run-here"],
    )


def build(app, error) -> None:
    """Build JupyterLite into the site.

    Raises:
        CalledProcessError: a part of it failed; what it says is printed.
    """
    if error or app.builder.format != "html":
        return
    with TemporaryDirectory() as folder:
        place = Path(folder)
        for name in (*ALONE, *WITH_THE_LIBRARY):
            copy = place / "files" / f"{Path(name).name}.ipynb"
            copy.parent.mkdir(exist_ok=True)
            nbformat.write(to_run(name, app.config.html_baseurl), copy)
        wheel = build_wheel(place)
        settings = {
            "LiteBuildConfig": {
                "lite_dir": folder,
                "output_dir": str(Path(app.outdir, FOLDER)),
                "contents": ["files"],
                "apps": ["notebooks", "tree", "edit"],
                "ignore_sys_prefix": ["federated_extensions"],
                "federated_extensions": [str(extension(name)) for name in EXTENSIONS],
                "no_sourcemaps": True,
                "no_unused_shared_packages": True,
            },
            "PipliteAddon": {"piplite_urls": [str(wheel)]},
        }
        place.joinpath("jupyter_lite_config.json").write_text(json.dumps(settings), "utf-8")
        kernel = {"@jupyterlite/pyodide-kernel-extension:kernel": {"pyodideUrl": PYODIDE}}
        data = {"appUrl": "./tree", "disabledExtensions": DISABLED, "litePluginSettings": kernel}
        runtime = {"jupyter-config-data": data}
        place.joinpath("jupyter-lite.json").write_text(json.dumps(runtime), "utf-8")
        run("-m", "jupyterlite_core", "build", "--config", "jupyter_lite_config.json", folder=place)


def to_run(name: str, site: str) -> nbformat.NotebookNode:
    """The notebook of a page as a reader begins with it: without outputs, and for the kernel that
    JupyterLite has; where the library is needed, it is installed first."""
    copy = nbformat.read(notebook(name), as_version=4)
    copy.metadata = {"kernelspec": {"name": "python", "display_name": "Python (Pyodide)"}}
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        else:
            cell.source = with_links(cell.source, posixpath.dirname(name), site)
    if name in WITH_THE_LIBRARY:
        copy.cells.insert(0, nbformat.v4.new_code_cell(install(), id="install"))
    return copy


def install() -> str:
    """The cell that installs the library, and widgets as the JupyterLite of the site shows them."""
    widgets = " ".join(f'"{name}=={version(name)}"' for name in ("anywidget", "ipywidgets"))
    return (
        "# In the browser, the library is installed first; NumPy and Matplotlib come with it.\n"
        f'%pip install -q "lstm_lib[widgets,plot]" {widgets}'
    )


LINK = re.compile(r"\[([^\]]+)\]\((?!https?:)([^)]+)\.ipynb\)")


def with_links(text: str, folder: str, site: str) -> str:
    """The text of a cell with links to pages of the site instead of notebooks beside it, or with
    their words alone as long as the site's address is not known."""

    def linked(found: re.Match) -> str:
        page = posixpath.normpath(posixpath.join(folder, found[2]))
        return f"[{found[1]}]({site}{page}.html)" if site else found[1]

    return LINK.sub(linked, text)


def build_wheel(place: Path) -> Path:
    """A wheel of the library, built from a copy: building leaves files beside the source."""
    source = place / "source"
    for package in ("lstm_lib", "experiments"):
        copytree(ROOT / package, source / package, ignore=ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        source.joinpath(file).write_bytes(ROOT.joinpath(file).read_bytes())
    pip = ("-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation")
    run(*pip, "--wheel-dir", "wheels", "./source", folder=place)
    return next(place.joinpath("wheels").glob("*.whl"))


def extension(name: str) -> Path:
    """Where an extension of JupyterLab is installed.

    Raises:
        FileNotFoundError: it is not.
    """
    places = [Path(folder, name) for folder in jupyter_path("labextensions")]
    for place in places:
        if place.is_dir():
            return place
    raise FileNotFoundError(f"the extension {name} of JupyterLab is in none of {places}")


def run(*command: str, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, errors="replace"
    )
    if done.returncode:
        print(done.stdout, done.stderr)
    done.check_returncode()


def setup(app) -> None:
    app.add_transform(RunHere)
    app.connect("build-finished", build, priority=900)  # its pages are not the book's
