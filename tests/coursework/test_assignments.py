"""Solutions pass all tests, starter code passes none, and what is asked is what the library
computes."""

import ast
import importlib
import inspect
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from stored import ROOT

from coursework import release
from coursework.assignment import find
from coursework.assignments import NAMES
from coursework.sandbox import Limits

RUN_CELLS = Path(__file__).with_name("run_cells.py")

every_assignment = pytest.mark.parametrize("name", NAMES)


def asked(name):
    """The questions of an assignment."""
    return importlib.import_module(f"coursework.assignments.{name}").QUESTIONS


EVERY_QUESTION = [
    pytest.param(name, question, id=f"{name}-{question.id}")
    for name in NAMES
    for question in asked(name)
]
EVERY_DRAWN = [each for each in EVERY_QUESTION if each.values[1].draw]
every_drawn_question = pytest.mark.parametrize(("name", "question"), EVERY_DRAWN)


def graded_by_a_program(notebook):
    """The cells whose points a program gives."""
    return [c for c in notebook.cells if release.role(c, "grade") and c.cell_type == "code"]


def written_answers(notebook):
    """The cells whose points a person gives."""
    return [c for c in notebook.cells if release.role(c, "grade") and c.cell_type == "markdown"]


# They run

PAIR = "is to be 2 values: return them with a comma between them"
GAP_OF_3 = "gap = 3\n    first, second = rng"
WRONG = [
    (
        "rnn_by_hand",
        "step",
        "return np.tanh(W @ x + U @ h + b)",
        "pass",
        "does the function end in",
    ),
    ("rnn_by_hand", "step", "+ b)", ") + b", "Is it inside the tanh?"),
    ("rnn_by_hand", "step", "U @ h", "h @ U", "Row 1 of U makes unit 1"),
    ("rnn_by_hand", "unroll", "step(x, h, W, U, b)", "step(x, 0 * h, W, U, b)", "the one before"),
    ("rnn_by_hand", "unroll_batch", "U.T", "U", "are both matrices transposed"),
    (
        "rnn_by_hand",
        "unroll_batch",
        "np.array(states)",
        "states[-1]",
        r"^AssertionError: unroll_batch has shape \(2, 2\), expected \(3, 2, 2\)\. ",
    ),
    ("rnn_by_hand", "share_left", "(1 - h**2)", "(1 - h)", "at its own state|measured|slope"),
    ("gates_and_cell", "sigmoid", "-np.abs(a)", "np.abs(a)", "Is an exponent positive|minus that"),
    ("gates_and_cell", "sigmoid", "small =", "a[a < 0], small = a[a < 0],", "take a number alone"),
    ("gates_and_cell", "lstm_step", "o * np.tanh(c), c", "np.array([o * np.tanh(c), c])", PAIR),
    (
        "gates_and_cell",
        "lstm",
        "np.array(hidden), np.array(cells)",
        "np.array([hidden, cells])",
        PAIR,
    ),
    (
        "gates_and_cell",
        "lstm",
        "np.array(cells)",
        "c",
        r"^AssertionError: lstm, value 2, has shape",
    ),
    ("gates_and_cell", "sample_and_hold", '{"W_f"', '{"U_f": 0.0, "W_f"', "a key too many, 'U_f'"),
    ("gates_and_cell", "counter", '"W_f": 2 * k, ', "", "counter lacks the key 'W_f'"),
    ("gates_and_cell", "toggle", '"b_f": 3 * k', '"b_C": 3 * k', "toggle lacks the key 'b_f'"),
    ("gates_and_cell", "lstm_step", "f * c + i", "i * c + f", "Does f multiply the old C"),
    ("gates_and_cell", "lstm_step", "np.tanh(c), c", "c, c", "not of the old one"),
    ("gates_and_cell", "lstm_step", 'U["o"] @ h', 'U["o"] @ (0 * h)', r'U\["o"\] changes nothing'),
    ("gates_and_cell", "half_life", "np.log(0.5) / ", "-", "so one step halves"),
    ("gates_and_cell", "counter", '"W_f": 2 * k', '"W_f": -2 * k', "which sign has its weight"),
    ("backpropagation", "step_backward", "U.T @ d_a", "U @ d_a", "U is transposed"),
    (
        "backpropagation",
        "backward",
        "d_outputs[t] + from_later",
        "d_outputs[t]",
        "must reach step 1",
    ),
    ("backpropagation", "step_backward", '"b": d_a', '"a": d_a, "b": d_a', "a key too many, 'a'"),
    ("backpropagation", "backward", '"x": d_xs', '"xs": d_xs', "backward lacks the key 'x'"),
    ("backpropagation", "lstm_step_backward", '"c_prev": d', '"c": d', "lacks the key 'c_prev'"),
    ("backpropagation", "lstm_step_backward", "d_c + d_h *", "d_h *", "both roads added"),
    ("variants", "peephole_step", 'p["o"] * c)', 'p["o"] * h)', "o sees that"),
    ("variants", "coupled_step", "np.tanh(c), c", "np.tanh(c)", PAIR),
    ("variants", "gru_step", "(1 - z) * h + z * h_tilde", "z * h + (1 - z) * h_tilde", "old state"),
    (
        "variants",
        "gru_step",
        'U["h_tilde"] @ (r * h)',
        'r * (U["h_tilde"] @ h)',
        "Which comes first",
    ),
    ("variants", "torch_gru_step", "@ h + d)", "@ h) + d", "shut out as well"),
    ("experiment", "recall", "key_kinds + fillers", "fillers", "counted on from the keys"),
    ("experiment", "my_task", "first, second = rng", GAP_OF_3, "is `gap` used"),
    (
        "experiment",
        "my_task",
        "inputs, first",
        "inputs, inputs",
        r"answers has shape \(4, 200, 3\)",
    ),
    ("experiment", "my_task", "inputs, first", "inputs[:, :9], first", "the second axis of inputs"),
    ("experiment", "solved_at", ">= threshold", "> threshold", "as large or larger"),
]


def with_mistake(name, where, right, wrong):
    """The solutions with a mistake in one cell, and the tests that students see."""
    notebook = release.source(name)
    needless = {"my_runs"} if where == "my_task" else {"my_runs", "my_task", "task_check"}
    notebook.cells = [c for c in notebook.cells if c.id not in needless]
    for cell in notebook.cells:
        cell.source = release.replaced(cell.source, "HIDDEN TESTS")
        if cell.id == where:
            assert right in cell.source
            cell.source = cell.source.replace(right, wrong)
    return notebook


def that_returns_nothing(name):
    """The starter code with ``pass`` for an answer, and the tests that students see."""
    notebook = release.source(name)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "my_runs"]
    for cell in notebook.cells:
        cell.source = release.replaced(cell.source, "SOLUTION", ["pass"])
        cell.source = release.replaced(cell.source, "HIDDEN TESTS")
    return notebook


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The error of each code cell, or None, by its id, of the solutions and the starter code of
    each assignment, of functions that return nothing, and of each mistake; they run in an empty
    folder."""
    notebooks = {("solutions", name): release.source(name) for name in NAMES}
    notebooks |= {("starter", name): release.released(release.source(name)) for name in NAMES}
    notebooks |= {("nothing", name): that_returns_nothing(name) for name in NAMES}
    notebooks |= {mistake: with_mistake(*mistake[:4]) for mistake in WRONG}
    variables = {"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"}
    run = subprocess.run(
        [sys.executable, "-I", RUN_CELLS],
        input=json.dumps(list(notebooks.values())),
        capture_output=True,
        text=True,
        cwd=tmp_path_factory.mktemp("empty"),
        env=variables,
        timeout=240,
        check=True,
    )
    return {
        which: {cell: error and f"{error}: {message}" for cell, error, message in found}
        for which, found in zip(notebooks, json.loads(run.stdout), strict=True)
    }


@every_assignment
def test_solutions_pass_all_visible_and_hidden_tests(ran, name):
    assert set(ran["solutions", name].values()) == {None}


@every_assignment
def test_starter_code_runs_up_to_what_is_to_be_written(ran, name):
    cell, error = next((k, v) for k, v in ran["starter", name].items() if v)
    assert cell == "q1" and error.startswith("NotImplementedError")


@every_assignment
def test_each_visible_test_fails_on_the_starter_code(ran, name):
    for cell in graded_by_a_program(release.source(name)):
        assert ran["starter", name][cell.id], f"{cell.id} passes although nothing is written"


# They teach


@every_assignment
def test_each_visible_test_says_what_to_look_at(name):
    for cell in graded_by_a_program(release.released(release.source(name))):
        tree = ast.parse(cell.source)
        asserts = [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]
        checks = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check"
        ]
        assert checks and all(len(call.args) == 4 for call in checks), cell.id
        assert all(each.msg for each in asserts), cell.id


@pytest.mark.parametrize("mistake", WRONG, ids=lambda mistake: "-".join(mistake[:2]))
def test_a_common_mistake_is_told_what_to_look_at(ran, mistake):
    errors = [error for error in ran[mistake].values() if error]
    assert errors and re.search(mistake[-1], errors[0]), errors


@every_assignment
def test_a_function_without_return_is_told_so(ran, name):
    cells = [cell.id for cell in graded_by_a_program(release.source(name))]
    for cell in (*cells, "task_check") if name == "experiment" else cells:
        assert "is None: does the function end in return?" in ran["nothing", name][cell], cell


@every_assignment
def test_answers_are_compared_by_the_same_lines_in_all(name):
    (lines,) = [cell.source for cell in release.source(name).cells if cell.id == "check"]
    assert lines == [c.source for c in release.source(NAMES[0]).cells if c.id == "check"][0]


# Points and texts


@every_assignment
def test_how_it_works_is_said_in_the_same_words_in_all(name):
    """With the limits that the grader has."""
    (text,) = [cell.source for cell in release.source(name).cells if cell.id == "how"]
    assert text == [c.source for c in release.source(NAMES[0]).cells if c.id == "how"][0]
    limits = find(name).limits
    assert f"a cell {limits.cell_seconds} seconds and a call {limits.call_seconds}." in text


@every_assignment
def test_a_question_has_the_number_of_its_section(name):
    for question in asked(name):
        assert f"## {question.id[1:]}. {question.title} (" in text_of(release.source(name))


@every_assignment
def test_questions_and_points_are_those_of_the_notebook(name):
    notebook, questions = release.source(name), asked(name)
    written = {c.metadata.nbgrader.grade_id: c for c in notebook.cells if release.role(c, "grade")}
    assert list(written) == [question.id for question in questions]
    for question in questions:
        assert question.points == written[question.id].metadata.nbgrader.points
        assert (question.draw is None) == (written[question.id].cell_type == "markdown")
        assert (
            f"{question.title} ({question.points} point" in text_of(notebook) or not question.draw
        )


def text_of(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


@every_assignment
def test_its_first_table_says_the_time_and_the_points(name):
    notebook, questions = release.source(name), asked(name)
    total = sum(question.points for question in questions)
    by_hand = sum(question.points for question in questions if question.draw is None)
    head = notebook.cells[0].source
    assert re.search(rf"^\| points \| {total}, of which {by_hand} are for ", head, re.M)
    assert re.search(r"^\| expected time \| \d+ (minutes|hours)", head, re.M)
    assert head.startswith(f"# Assignment {NAMES.index(name) + 1}: ")


@every_assignment
def test_a_person_grades_one_question_by_a_rubric_whose_points_add_up(name):
    notebook = release.source(name)
    (answer,) = written_answers(notebook)
    question = notebook.cells[notebook.cells.index(answer) - 1].source
    rubric = [int(points) for points in re.findall(r"^\| (\d+) \| \S", question, re.M)]
    assert len(rubric) >= 3 and sum(rubric) == answer.metadata.nbgrader.points
    assert "For the grader: " in answer.source


# What is asked is what the library computes


@cache
def solved(name):
    """The functions of an assignment, as its solutions define them."""
    names = {}
    for cell in release.source(name).cells:
        definitions = cell.cell_type == "code" and not release.role(cell, "grade")
        if definitions and cell.id not in ("my_runs", "task_check"):
            exec(cell.source, names)
    return names


def agree(given, expected):
    """Compare numbers, arrays, and tuples and dictionaries of them."""
    if isinstance(expected, dict):
        assert given.keys() == expected.keys()
        for key in expected:
            agree(given[key], expected[key])
    elif isinstance(expected, tuple):
        for one, two in zip(given, expected, strict=True):
            agree(one, two)
    else:
        assert np.shape(given) == np.shape(expected)
        np.testing.assert_allclose(given, expected, rtol=1e-7, atol=1e-8)


@every_drawn_question
def test_the_solutions_give_what_the_library_gives(name, question):
    for secret in range(3):
        for call in question.draw(np.random.default_rng(secret)):
            agree(solved(name)[call.function](**call.arguments), call.expected)


@every_drawn_question
def test_a_secret_asks_the_same_again_and_another_something_else(name, question):
    one, same, other = (question.draw(np.random.default_rng(secret)) for secret in (1, 1, 2))
    assert [repr(call) for call in one] == [repr(call) for call in same]
    assert [repr(call) for call in one] != [repr(call) for call in other]
    assert len(one) >= 3, "points are given in proportion to the calls that are right"


@every_drawn_question
def test_starter_code_has_the_functions_that_are_called_with_their_arguments(name, question):
    starter = {}
    for cell in release.released(release.source(name)).cells:
        if cell.cell_type == "code" and release.role(cell, "solution") and "def " in cell.source:
            exec(cell.source, starter)
    for call in question.draw(np.random.default_rng(0)):
        signature = inspect.signature(starter[call.function])
        assert set(signature.parameters) == set(call.arguments)
        with pytest.raises(NotImplementedError):
            starter[call.function](**call.arguments)


@every_drawn_question
def test_a_hint_says_what_to_look_at_and_no_number_that_was_drawn(name, question):
    for call in question.draw(np.random.default_rng(0)):
        assert len(call.hint.split()) >= 5
        assert not re.search(r"\d\.\d", call.hint)


@every_drawn_question
def test_a_wrong_answer_differs_from_the_right_one_on_every_call(name, question):
    """What is asked is never zero throughout, so that a function that gives zeros gets no point."""
    for call in question.draw(np.random.default_rng(0)):
        assert any(np.abs(array).max() > 0 for array in arrays(call.expected))


def arrays(value):
    if isinstance(value, dict):
        value = tuple(value.values())
    return (
        [a for each in value for a in arrays(each)]
        if isinstance(value, tuple)
        else [np.asarray(value)]
    )


@every_assignment
def test_solutions_use_nothing_that_is_forbidden(name):
    forbidden = importlib.import_module(f"coursework.assignments.{name}").FORBIDDEN
    assert "lstm_lib" in forbidden
    for cell in release.source(name).cells:
        for node in ast.walk(ast.parse(cell.source if cell.cell_type == "code" else "")):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module] if isinstance(node, ast.ImportFrom) else []
            assert set(modules) <= {"numpy", "sys"}


def test_clipping_is_that_of_pytorch():
    (question,) = [each for each in asked("backpropagation") if each.id == "q5"]
    for call in question.draw(np.random.default_rng(0)):
        weights = {
            n: torch.zeros(a.shape, dtype=torch.float64)
            for n, a in call.arguments["gradients"].items()
        }
        for name, weight in weights.items():
            weight.grad = torch.tensor(call.arguments["gradients"][name])
        torch.nn.utils.clip_grad_norm_(weights.values(), call.arguments["longest"])
        for name, weight in weights.items():
            np.testing.assert_allclose(weight.grad.numpy(), call.expected[name], rtol=1e-5)


# The page for instructors

TEACHING = (ROOT / "book" / "teaching.md").read_text(encoding="utf-8")


@every_assignment
def test_the_plan_of_the_course_has_its_points_and_its_time(name):
    [row] = [line for line in TEACHING.splitlines() if f"(assignments/{name}.ipynb) |" in line]
    *_, what, points, time = [part.strip() for part in row.strip("|").split("|")]
    assert what.startswith(f"{NAMES.index(name) + 1}, ")
    assert int(points) == sum(question.points for question in asked(name))
    head = release.source(name).cells[0].source
    assert re.search(r"^\| expected time \| (\d+ \w+)", head, re.M)[1] == time


@every_assignment
def test_the_page_for_instructors_has_its_objectives_and_lets_it_be_downloaded(name):
    title = release.source(name).cells[0].source.partition("\n")[0].partition(": ")[2]
    assert f"{NAMES.index(name) + 1}. **{title[0].upper() + title[1:]}.**" in TEACHING
    assert f"<assignments/{name}.ipynb>`" in TEACHING


def test_each_command_of_the_page_is_one_that_there_is():
    named = set(re.findall(r"python -m coursework (\w+)", TEACHING))
    assert named == {"release", "grade", "gradebook", "feedback", "key"}


def scripts(first):
    """The blocks of the page that begin with this line."""
    blocks = re.findall(r"^```text\n(.*?)^```", TEACHING, re.M | re.S)
    return [block for block in blocks if block.startswith(first)]


@pytest.mark.parametrize("which", [0, 1], ids=["Canvas", "Moodle and Gradescope"])
def test_the_loops_of_the_page_name_files_by_the_student(tmp_path, which):
    names = [
        ("lovelaceada_1234_5678_gates_and_cell.ipynb", "turingalan_LATE_56_78_gates.zip"),
        ("lovelaceada_1234/my notebook.ipynb", "turingalan_56/gates.zip"),
    ][which]
    for name in names:
        file = tmp_path / "downloaded" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
        os.utime(file, (1e9, 1e9))
    loop = scripts("mkdir -p submissions/gates_and_cell\nfor ")[which]
    subprocess.run(["bash", "-euc", loop], cwd=tmp_path, check=True)
    found = sorted((tmp_path / "submissions" / "gates_and_cell").iterdir())
    assert [file.name for file in found] == ["lovelaceada_1234.ipynb", "turingalan_56.zip"]
    assert [file.read_text() for file in found] == list(names)
    assert {file.stat().st_mtime for file in found} == {1e9}


def test_the_page_has_the_limits_of_the_grader():
    limits = Limits()
    assert (
        f"A cell may take {limits.cell_seconds} seconds of processor time, "
        f"a call of a function {limits.call_seconds}, all of it {limits.seconds}."
    ) in TEACHING
