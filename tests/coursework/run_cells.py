"""Runs the code cells of a notebook in a process of its own, in which a warning is an error.

    python -I run_cells.py < notebook.ipynb

It writes a list with the id of each cell and its error: ``[["q1", "NotImplementedError", ""], …]``;
the error of a cell that ran is null.
"""

import json
import sys
import warnings


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


if __name__ == "__main__":
    warnings.simplefilter("error")
    answers, sys.stdout = sys.stdout, sys.stderr
    json.dump(list(run(json.load(sys.stdin))), answers)
