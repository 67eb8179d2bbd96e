"""A kernel computes as it is told to: with which instructions, in how many threads."""

import machines
import pytest
from executed import store_outputs
from nbformat.v4 import new_code_cell, new_notebook

ASK = """\
import numpy as np, torch
print(torch.backends.cpu.get_cpu_capability().lower(), torch.get_num_threads())
print(sorted(set(np.show_config(mode="dicts")["SIMD Extensions"].get("found", ()))))"""


def answers(tmp_path, instructions, threads):
    notebook = new_notebook(cells=[new_code_cell(ASK)])
    machine = machines.variables(instructions, threads)
    store_outputs.execute(notebook, tmp_path, machine=machine)
    return notebook.cells[0].outputs[0].text.splitlines()


@pytest.mark.parametrize("instructions", machines.available())
def test_the_libraries_do_with_the_instructions_and_threads_asked_for(tmp_path, instructions):
    said, loops = answers(tmp_path, instructions, 2)
    if instructions != machines.NATIVE:
        assert said == f"{instructions} 2"
        held = list(machines.LOWERED)[: list(machines.LOWERED).index(instructions) + 1]
        for name, added in machines.NUMPY_LOOPS.items():
            assert name in held or not any(loop in loops for loop in added)


def test_lowest_is_the_first_and_native_changes_nothing():
    first = machines.available()[0]
    assert machines.variables("lowest", 1) == machines.variables(first, 1)
    assert machines.variables("native", 3) == {"OMP_NUM_THREADS": "3"}


def test_instructions_that_the_processor_has_not_are_refused():
    with pytest.raises(ValueError, match=r"are native, lowest, .*, not 'sse9'"):
        machines.variables("sse9", 1)
