"""Runs the code cells of notebooks, each notebook in a process of its own, in which a warning is an
error.

    python -I run_cells.py < notebooks.json

It reads a list of notebooks, and writes a list for each, with the id of each cell and its error:
``[["q1", "NotImplementedError", ""], …]``; the error of a cell that ran is null.
"""

import json
import os
import sys
import warnings

import numpy  # noqa: F401, once, and not in each process


def run(notebook):
    """Run each cell, also after one that failed."""
    names = {"__name__": "__main__"}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            try:
                exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
                yield cell["id"], None, ""
            except Exception as error:
                yield cell["id"], type(error).__name__, str(error)


def run_apart(notebook):
    """The errors of a notebook that ran in a process of its own."""
    there, here = os.pipe()
    if not os.fork():
        with os.fdopen(here, "w") as answers:
            json.dump(list(run(notebook)), answers)
        os._exit(0)
    os.close(here)
    with os.fdopen(there) as answers:
        found = json.load(answers)
    os.wait()
    return found


if __name__ == "__main__":
    warnings.simplefilter("error")
    answers, sys.stdout = sys.stdout, sys.stderr
    json.dump([run_apart(notebook) for notebook in json.load(sys.stdin)], answers)
