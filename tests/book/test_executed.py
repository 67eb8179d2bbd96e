"""nbval finds in an executed notebook what it would find if it executed the cells itself."""

import subprocess
import sys

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output
from stored import ROOT

PYTEST = """
import sys, pytest, executed
executed.let_nbval_use_it()
sys.exit(pytest.main(sys.argv[1:]))
"""


def cell(source, stored="", **metadata):
    outputs = [new_output("stream", text=stored)] if stored else []
    return new_code_cell(source, outputs=outputs, execution_count=1, metadata=metadata)


CELLS = [
    (cell("print(1)", "1\n"), "PASSED"),
    (cell(""), "PASSED"),
    (cell("print(1)", "2\n"), "FAILED"),
    (cell("print(1)"), "FAILED"),
    (cell("1 / 0"), "FAILED"),
    (cell("x = 3"), "PASSED"),
    (cell("print(x)", "4\n", tags=["nbval-ignore-output"]), "PASSED"),
    (cell("1 / 0", tags=["nbval-ignore-output"]), "FAILED"),
    (cell("print(x)", "3\n"), "PASSED"),
]
"""Each with what is to become of it."""


def test_every_cell_passes_or_fails_by_itself(tmp_path):
    path = tmp_path / "example.ipynb"
    nbformat.write(new_notebook(cells=[each for each, _ in CELLS]), path)
    command = [sys.executable, "-c", PYTEST, str(path), "--nbval", "-v", "--rootdir", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT / "tests")
    for k, (_, wanted) in enumerate(CELLS):
        assert f"Cell {k} {wanted}" in result.stdout, result.stdout + result.stderr
    assert "ZeroDivisionError" in result.stdout
