"""Executing a notebook stores the same bytes every time, whoever does it, or nothing at all."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from executed import store_outputs
from nbformat.v4 import new_code_cell, new_notebook
from stored import ROOT, models

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


def store(path: Path, **variables: str) -> subprocess.CompletedProcess:
    """As from the command line, with further environment variables."""
    command = [sys.executable, STORE_OUTPUTS, path]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | variables)


def printed(path: Path) -> list[str]:
    cells = nbformat.read(path, as_version=4).cells
    return ["".join(output.get("text", "") for output in cell.outputs) for cell in cells]


def test_storing_twice_gives_the_same_bytes(notebook):
    path = notebook(LINKED_WIDGETS, "print('one'); print('two')")
    store_outputs.store_outputs(path)
    once = path.read_bytes()
    store_outputs.store_outputs(path)
    assert path.read_bytes() == once


def test_a_shown_widget_refers_to_its_stored_state(notebook):
    path = notebook(LINKED_WIDGETS)
    store_outputs.store_outputs(path)
    stored = nbformat.read(path, as_version=4)
    (models,) = stored.metadata.widgets.values()
    shown = stored.cells[0].outputs[0].data["application/vnd.jupyter.widget-view+json"]
    children = models["state"][shown["model_id"]]["state"]["children"]
    assert len(children) == 3
    assert {child.removeprefix("IPY_MODEL_") for child in children} <= set(models["state"])


def test_cells_keep_their_ids_and_are_counted_from_one(notebook):
    path = notebook("1 + 1", "2 + 2")
    store_outputs.store_outputs(path)
    cells = nbformat.read(path, as_version=4).cells
    assert [(cell.id, cell.execution_count) for cell in cells] == [("cell-0", 1), ("cell-1", 2)]


def test_a_notebook_keeps_one_copy_of_each_style_sheet(notebook):
    path = notebook(
        "import anywidget\n"
        "class One(anywidget.AnyWidget):\n    _esm, _css = 'export default {}', 'p {top: 1px}'\n"
        "class Two(One):\n    _css = 'p {top: 2px}'\n"
        "live = [One(), One(), Two(), One(), Two()]",
        "print([widget._css[-4] for widget in live])",
    )
    store_outputs.store_outputs(path)
    states = [model["state"] for model in models(nbformat.read(path, as_version=4)).values()]
    assert len([state for state in states if "_esm" in state]) == 5
    assert sorted(state["_css"] for state in states if "_css" in state) == [
        "p {top: 1px}",
        "p {top: 2px}",
    ]
    assert printed(path)[1] == "['1', '1', '2', '1', '2']\n", "while it runs, each has its own"


# Whatever the user has set

OUTPUTS = (
    """\
import locale, os, sys, time, warnings
from pathlib import Path
import experiments, lstm_lib
print(sys.executable, *(Path(m.__file__).parents[1] for m in (lstm_lib, experiments)))
print(locale.setlocale(locale.LC_ALL, ""), time.tzname, os.get_terminal_size)
print(Path("here.txt").read_text(), sys.flags, sorted(sys.modules.keys() & {"sitecustomize"}))
print({name: value for name, value in os.environ.items() if "NUM_THREADS" in name})
print([name for name in os.environ if "hostile" in os.environ[name]])
with warnings.catch_warnings(record=True) as caught:
    warnings.warn("a warning", UserWarning)
print(len(caught))""",
    "from tqdm import tqdm\nfor _ in tqdm(range(2), bar_format='{bar}|{n}'): pass",
    """\
import matplotlib.pyplot as plt
plt.plot([0, 1500.5], [0, 2], label="a_1")
plt.legend()
plt.show()""",
    """\
from lstm_lib import plotting
with plotting.style():
    figure = plt.figure()
    figure.subplots().plot([0, 1500.5], [0, 2])
    plt.close()
    drawn = plotting.Figure(figure, "a line")
drawn""",
    "from lstm_lib.widgets import Gate\nGate()",
    "import IPython\nIPython.core.application.SYSTEM_CONFIG_DIRS, 1 / 3, [[0] * 50]",
)

HOSTILE_FILES = {
    ".config/matplotlib/matplotlibrc": "axes.grid: True\ntext.usetex: True\n"
    "axes.formatter.use_locale: True\nbackend: pdf\nsavefig.dpi: 30\n",
    ".ipython/profile_default/startup/00.py": "print('hostile startup')",
    ".ipython/profile_default/ipython_config.py": "c.PlainTextFormatter.float_precision = '%.1f'",
    ".ipython/profile_default/ipython_kernel_config.py": "c.InlineBackend.figure_formats = ['svg']",
    ".jupyter/jupyter_config.py": "c.NotebookClient.timeout = 0.01",
    ".jupyter/jupyter_kernel_config.py": "c.Session.key = b'hostile'",
    ".local/share/jupyter/kernels/python3/kernel.json": json.dumps(
        {"argv": ["/bin/false", "{connection_file}"], "display_name": "hostile", "language": "R"}
    ),
    "path/sitecustomize.py": "import warnings",
    "path/lstm_lib.py": "raise ImportError('hostile')",
    "start.py": "print('hostile start')",
}

HOSTILE_VARIABLES = {
    "MATPLOTLIBRC": "{home}/.config/matplotlib/matplotlibrc",
    "MPLCONFIGDIR": "{home}/.config/matplotlib",
    "MPLBACKEND": "pdf",
    "IPYTHONDIR": "{home}/.ipython",
    "JUPYTER_CONFIG_DIR": "{home}/.jupyter",
    "JUPYTER_CONFIG_PATH": "{home}/.jupyter",
    "JUPYTER_PATH": "{home}/.local/share/jupyter",
    "JUPYTER_DATA_DIR": "{home}/.local/share/jupyter",
    "JUPYTER_RUNTIME_DIR": "/dev/null/hostile",
    "XDG_CONFIG_HOME": "{home}/.config",
    "XDG_CACHE_HOME": "/dev/null/hostile",
    "PYTHONPATH": "{home}/path",
    "PYTHONSTARTUP": "{home}/start.py",
    "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "2",
    "PYTHONIOENCODING": "latin-1",
    "PYTHONHASHSEED": "1",
    "LC_ALL": "de_DE.UTF-8",
    "LC_NUMERIC": "de_DE.UTF-8",
    "LANG": "C",
    "TZ": "Pacific/Kiritimati",
    "COLUMNS": "20",
    "NO_COLOR": "1",
    "FORCE_COLOR": "3",
    "TQDM_DISABLE": "1",
    "OMP_NUM_THREADS": "3",
    "MKL_NUM_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "2",
    "HOSTILE": "hostile",
}


def test_what_the_user_has_set_changes_no_byte(notebook, tmp_path):
    path = notebook(*OUTPUTS)
    (tmp_path / "here.txt").write_text("ä, σ and \N{MINUS SIGN}", encoding="utf-8")
    store_outputs.store_outputs(path)
    plain = path.read_bytes()
    assert b"image/png" in plain and b"<svg" in plain and b"widget-view" in plain

    home = tmp_path / "home"
    for name, text in HOSTILE_FILES.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    (tmp_path / "matplotlibrc").write_text(HOSTILE_FILES[".config/matplotlib/matplotlibrc"])
    variables = {name: text.format(home=home) for name, text in HOSTILE_VARIABLES.items()}
    for hostile in (
        {"HOME": str(home), "PYTHONPATH": str(home / "path")},
        {"HOME": "/dev/null/hostile"} | variables,  # not even root can write there
    ):
        result = store(path, **hostile)
        assert result.returncode == 0, result.stderr
        assert path.read_bytes() == plain


# Cells that fail

HANGS = "import time\n\ntime.sleep(100)"
HANGS_FOR_EVER = """\
import time
while True:
    try:
        time.sleep(100)
    except KeyboardInterrupt:
        pass"""


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("x = 1\n1 / 0", "cell [2], line 2: ZeroDivisionError: division by zero"),
        ("f()", "cell [2], line 1: NameError: no x"),
        ("x = 1\nx = = 2", "cell [2], line 2: SyntaxError: invalid syntax"),
        ("import os\nos._exit(0)", "cell [2]: Ended: ended its kernel"),
        (HANGS, "cell [2], line 3: KeyboardInterrupt: took longer than 1 seconds"),
        (HANGS_FOR_EVER, "cell [2]: Ended: took longer than 1 seconds and could not be interrupt"),
    ],
    ids=["raises", "raises-elsewhere", "not-python", "dies", "hangs", "hangs-for-ever"],
)
def test_a_cell_that_fails_is_named_and_the_notebook_stays_as_it_was(
    notebook, monkeypatch, source, place
):
    monkeypatch.setattr(store_outputs, "SECONDS_TO_STOP", 1)
    path = notebook("def f():\n    raise NameError('no x')", "", source, "print('not reached')")
    before = path.read_bytes()
    with pytest.raises(SystemExit) as stopped:
        store_outputs.store_outputs(path, most_seconds=1)
    assert f"{path} is unchanged, because of {place}" in str(stopped.value)
    assert path.read_bytes() == before


def test_the_command_says_which_notebook_failed(notebook):
    path = notebook("print('fine')", "1 / 0")
    result = store(path)
    assert result.returncode == 1
    assert f"{path} is unchanged, because of cell [2], line 1: ZeroDiv" in result.stderr


@pytest.mark.skipif(os.name != "posix", reason="only there are sockets that are files")
def test_two_kernels_share_no_port():
    one, other = store_outputs.Kernel(), store_outputs.Kernel()
    assert one.transport == other.transport == "ipc"
    assert one.ip != other.ip
    assert len(f"{one.ip}-99999") < 100, "the address of a socket is short"
