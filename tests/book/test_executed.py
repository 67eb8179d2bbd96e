"""nbval finds in an executed notebook what it would find if it executed the cells itself, and
looks at every cell."""

import re
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from stored import NOTEBOOKS, ROOT, code_cells, read

PYTEST = """
import sys, pytest, executed
executed.let_nbval_use_it()
executed.settings["most_seconds"] = 2
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
    (cell("import time\n\ntime.sleep(100)"), "FAILED"),
    (cell("print(x)", "3\n"), "PASSED"),
    (cell("import os\nos._exit(1)"), "FAILED"),
    (cell("print(x)", "3\n"), "FAILED"),
]
"""Each with what is to become of it."""


def test_every_cell_passes_or_fails_by_itself(tmp_path):
    path = tmp_path / "example.ipynb"
    nbformat.write(new_notebook(cells=[each for each, _ in CELLS]), path)
    command = [sys.executable, "-c", PYTEST, str(path), "--nbval", "-v", "--rootdir", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT / "tests")
    for k, (_, wanted) in enumerate(CELLS):
        assert f"Cell {k} {wanted}" in result.stdout, result.stdout + result.stderr
    said = re.sub(r"\x1b\[[\d;]*m", "", result.stdout)
    assert "Cell In[4], line 1\n----> 1 1 / 0\n\nZeroDivisionError" in said
    assert "Cell In[9], line 3" in said and "took longer than 2 seconds" in said
    assert "ended its kernel" in said
    assert "not run, because cell [11] ended its kernel" in said
    assert said.count("example.ipynb::Cell 9") >= 2, "the heading and the summary name it"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_cell_asks_to_be_passed_over(path):
    for number, cell in enumerate(code_cells(read(path)), 1):
        asked = [
            tag for tag in cell.metadata.get("tags", ()) if tag.startswith(("nbval", "raises"))
        ]
        assert not asked and "NBVAL" not in cell.source, f"{path.name}, cell [{number}]: {asked}"
