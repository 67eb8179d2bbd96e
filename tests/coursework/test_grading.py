"""Each submission gets the grade it deserves, whatever it does, and no other grade changes."""

import csv
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import submissions
from refusal import refused
from stored import ROOT

from coursework import __main__ as commands
from coursework import grading, release, sandbox
from coursework.assignment import arrays_in, drawn, find, names, read_secret
from coursework.questions import Question

ASSIGNMENTS = Path(__file__).parent / "assignments"
SECRET = b"the secret of these tests"

FAST = (
    "correct",
    "wrong_gate_order",
    "renamed_functions",
    "duplicate_ids",
    "exits_afterwards",
    "tells_what_it_was_given",
    "loops_in_a_function",
    "fork_bomb",
    "memory_of_many",
    "disk",
    "files",
    "output",
    "ends_its_process",
    "kills_everything",
    "forges_answers",
    "pickle",
    "imports_the_library",
    "uses_what_is_forbidden",
    "searches_the_disk",
    "calls_home",
    "<img src=x onerror=alert(1)>",
    "=cmd|' calc'!A0",
)
"""Those of the submissions that run which ``make test`` has; it has all that are invalid."""


@pytest.fixture(scope="module")
def kind() -> str:
    try:
        return sandbox.find()
    except sandbox.NoSandbox as why:
        pytest.skip(f"no sandbox can be had here: {why}")


@pytest.fixture(scope="module")
def any_kind() -> str:
    """A sandbox if one can be had: what is graded is harmless, and needs none."""
    try:
        return sandbox.find()
    except sandbox.NoSandbox:
        return sandbox.NONE


def chosen(config) -> list[str]:
    every = config.getoption("--every-submission")
    cases = submissions.CASES.items()
    return [name for name, case in cases if every or name in FAST or case.status == "invalid"]


def pytest_generate_tests(metafunc):
    if "submission" in metafunc.fixturenames:
        metafunc.parametrize("submission", chosen(metafunc.config))


@pytest.fixture(scope="module")
def graded(kind, tmp_path_factory, request) -> Path:
    """The folder with the grades of the corpus, of the gradebook and of the feedback."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "handed-in").mkdir()
    (folder / "secret.txt").write_bytes(SECRET)
    submissions.write(folder / "handed-in", chosen(request.config))
    command("grade", "small", folder / "handed-in", "--out", folder / "out", folder=folder)
    command("feedback", folder / "out", folder=None)
    return folder / "out"


def command(*arguments: object, folder: Path | None) -> None:
    secret = ["--secret", folder / "secret.txt"] if folder else []
    commands.main([str(each) for each in (*arguments, *secret, "--assignments", ASSIGNMENTS)])


def rows_of(file: Path) -> dict[str, dict]:
    with file.open(newline="") as rows:
        return {row["student"].removeprefix("'"): row for row in csv.DictReader(rows)}


# The corpus


def test_each_submission_gets_the_grade_it_deserves(graded, submission):
    case, row = submissions.CASES[submission], rows_of(graded / "grades.csv")[submission]
    assert (float(row["score"]), row["status"]) == (case.score, case.status), row["note"]
    assert case.note in row["note"]


def test_there_are_many_hostile_submissions():
    assert len(submissions.CASES) > 80


def test_the_table_has_the_columns_that_were_promised(graded):
    with (graded / "grades.csv").open() as file:
        assert file.readline() == "student,status,score,max_score,q1,q2,q3,note\n"
    assert {row["max_score"] for row in rows_of(graded / "grades.csv").values()} == {"8"}


def test_no_hidden_number_is_in_what_is_written(graded):
    texts = [file.read_text() for file in graded.rglob("*") if file.is_file()]
    hidden = [
        f"{abs(number):.10f}"[:6]
        for calls in drawn(find("small", ASSIGNMENTS), SECRET).values()
        for call in calls
        for array in arrays_in([call.arguments, call.expected])
        for number in array.flat
    ]
    assert len(hidden) > 500
    for text in texts:
        found = set(re.findall(r"\d\.\d{4}", re.sub(r'"(of|changed)": [^\n]*', "", text)))
        assert not found & set(hidden)


def test_a_page_runs_nothing_that_a_student_wrote(graded):
    page = (graded / "feedback" / "<img src=x onerror=alert(1)>.html").read_text()
    assert "alert(1)" in page
    assert "<script" not in page and "<img" not in page


def test_a_spreadsheet_finds_no_formula(graded):
    with (graded / "grades.csv").open(newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert "'=cmd|' calc'!A0" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_feedback_says_what_to_look_at(graded):
    page = (graded / "feedback" / "wrong_gate_order.html").read_text()
    assert "q2: a step: 0 of 4" in page
    assert "which gate goes where?" in page
    page = (graded / "feedback" / "renamed_functions.html").read_text()
    assert "is it the one that you call lstm_steps?" in page


# Again


@pytest.fixture
def course(tmp_path) -> Path:
    (tmp_path / "handed-in").mkdir()
    return tmp_path


def graded_again(course, kind, secret=SECRET, assignment=None, **settings):
    assignment = assignment or find("small", ASSIGNMENTS)
    return grading.grade(assignment, course / "handed-in", course / "out", secret, kind, **settings)


def test_the_same_folder_gets_the_same_grades_and_is_not_run_again(course, any_kind, monkeypatch):
    submissions.write(course / "handed-in", ["correct", "half_done"])
    first = graded_again(course, any_kind)
    assert graded_again(course, any_kind, fresh=True) == first
    monkeypatch.setattr(grading, "Sandbox", None)  # it cannot be started any more
    assert graded_again(course, any_kind) == first


@pytest.mark.parametrize("change", ["submission", "secret", "questions"])
def test_what_has_changed_is_graded_again(course, any_kind, monkeypatch, change):
    submissions.write(course / "handed-in", ["half_done"])
    first = graded_again(course, any_kind)["half_done"]["of"]
    secret = SECRET
    if change == "submission":
        new = submissions.notebook(*submissions.CORRECT)
        (course / "handed-in" / "half_done.ipynb").write_bytes(new)
    elif change == "secret":
        secret = SECRET[::-1]
    else:
        monkeypatch.setattr(Question, "points", 3, raising=False)
        monkeypatch.setattr(grading, "fingerprint", lambda *_: "another")
    again = graded_again(course, any_kind, secret)["half_done"]
    assert again["of"] != first


def test_what_is_interrupted_goes_on(course, any_kind):
    assignments = course / "assignments"
    assignments.mkdir()
    patient = (ASSIGNMENTS / "small.py").read_text().replace("_seconds=1,", "_seconds=100,")
    (assignments / "small.py").write_text(patient.replace("    seconds=60", "    seconds=500"))
    asleep = submissions.notebook("import time\ntime.sleep(300)")
    for student in ("ada", "bob", "eve"):
        done = submissions.notebook(*submissions.CORRECT)
        (course / "handed-in" / f"{student}.ipynb").write_bytes(
            done if student == "ada" else asleep
        )
    (course / "secret.txt").write_bytes(SECRET)
    line = [sys.executable, "-m", "coursework", "grade", "small", course / "handed-in"]
    line += ["--out", course / "out", "--secret", course / "secret.txt"]
    line += ["--assignments", assignments, "--processes", "1"]
    line += ["--no-sandbox"] if any_kind == sandbox.NONE else []
    run = subprocess.Popen(line, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    results = course / "out" / "results"
    wait_until(lambda: list(results.glob("*.json")))
    wait_until(lambda: descendants(run.pid))
    children = descendants(run.pid)
    run.terminate()  # as Ctrl-C, which a shell may keep from what it starts behind
    said = run.communicate(timeout=200)[1]
    assert run.returncode == 1
    assert f"What is done is in {course / 'out'}: the same command goes on from there." in said
    wait_until(lambda: not any(Path("/proc", pid).exists() for pid in children))
    assert [file.name for file in results.glob("*.json")] == ["ada.json"]
    assert not (course / "out" / "grades.csv").exists()

    kept = json.loads((results / "ada.json").read_text())
    kept["notes"].append("this was stored before")
    (results / "ada.json").write_text(json.dumps(kept))
    for student in ("bob", "eve"):
        awake = submissions.notebook(submissions.IMPORTS, submissions.GATE)
        (course / "handed-in" / f"{student}.ipynb").write_bytes(awake)
    subprocess.run(line, cwd=ROOT, check=True, capture_output=True)
    rows = rows_of(course / "out" / "grades.csv")
    assert [(student, row["score"]) for student, row in rows.items()] == [
        ("ada", "8"),
        ("bob", "2"),
        ("eve", "2"),
    ]
    assert rows["ada"]["note"] == "this was stored before"


def test_a_killed_grader_leaves_no_submission_behind(course, kind):
    cells = (*submissions.CORRECT, "while True:\n    try:\n        while True: pass\n    except: 0")
    (course / "handed-in" / "endless.ipynb").write_bytes(submissions.notebook(*cells))
    program = (
        "import sys; from pathlib import Path; sys.path[:0] = sys.argv[1:2]\n"
        "from coursework.assignment import find; from coursework import grading\n"
        "grading.grade(find('small', Path(sys.argv[2])), *map(Path, sys.argv[3:5]), b'x' * 16,"
        " sys.argv[5])"
    )
    where = [ROOT, ASSIGNMENTS, course / "handed-in", course / "out", kind]
    run = subprocess.Popen([sys.executable, "-c", program, *where], stderr=subprocess.DEVNULL)
    wait_until(lambda: any(b"worker.py" in line_of(pid) for pid in descendants(run.pid)))
    children = descendants(run.pid)
    run.kill()
    run.wait()
    wait_until(lambda: not any(b"worker.py" in line_of(pid) for pid in children))


def line_of(pid: str) -> bytes:
    try:
        return Path("/proc", pid, "cmdline").read_bytes()
    except OSError:
        return b""


def descendants(pid: int) -> list[str]:
    found, pids = [], [str(pid)]
    while pids:
        for file in Path("/proc", pids.pop(), "task").glob("*/children"):
            try:
                more = file.read_text().split()
            except OSError:
                continue
            found += more
            pids += more
    return found


def wait_until(condition, seconds=200):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


# What goes wrong


def test_without_a_sandbox_nothing_is_run_unless_one_says_so(course, monkeypatch, capsys):
    def none():
        raise sandbox.NoSandbox("this is a test")

    monkeypatch.setattr(sandbox, "find", none)
    submissions.write(course / "handed-in", ["correct"])
    (course / "secret.txt").write_bytes(SECRET)
    line = ("grade", "small", course / "handed-in", "--out", course / "out")
    with pytest.raises(SystemExit, match="no sandbox can be had on this machine: this is a test"):
        command(*line, folder=course)
    assert not (course / "out").exists()
    command(*line, "--no-sandbox", folder=course)
    assert "Warning: submissions run without a sandbox, as you." in capsys.readouterr().err
    assert rows_of(course / "out" / "grades.csv")["correct"]["score"] == "8"


def test_a_sandbox_that_does_not_start_gives_nobody_a_grade(course, any_kind, monkeypatch):
    submissions.write(course / "handed-in", ["correct"])
    monkeypatch.setattr(sandbox, "WORKER", Path("/nowhere/worker.py"))
    with pytest.raises(grading.NoWorker, match="^the sandbox does not start: "):
        graded_again(course, any_kind)
    assert not (course / "out" / "results.json").exists()


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["small", "nowhere"], "nowhere is no folder: give the one with <student>.ipynb or "),
        (["small", "."], ". has no submission: they are called <student>.ipynb or <student>.zip"),
        (["smal", "."], f"no assignment 'smal' in {ASSIGNMENTS}: there are small, with_report"),
    ],
)
def test_a_command_that_cannot_be_right_says_why(course, monkeypatch, arguments, said):
    monkeypatch.chdir(course / "handed-in")
    monkeypatch.setattr(sandbox, "find", lambda: "of any kind")  # it is never started
    with pytest.raises(SystemExit) as caught:
        command("grade", *arguments, "--out", course / "out", folder=course)
    assert str(caught.value).startswith(said)


def test_what_is_no_submission_is_named(course, any_kind, capsys):
    submissions.write(course / "handed-in", ["correct"])
    (course / "handed-in" / "notes.txt").touch()
    graded_again(course, any_kind)
    said = capsys.readouterr().out
    assert said == "Left out, because they are no .ipynb and no .zip: notes.txt\n"


# The secret


def test_a_secret_is_made_once_and_is_the_owners_alone(tmp_path):
    file = tmp_path / "course" / "secret.txt"
    secret = read_secret(file)
    assert len(secret) == 64
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_secret(file) == secret


def test_a_short_secret_is_refused(tmp_path):
    file = tmp_path / "secret.txt"
    file.write_text("lstm")
    with refused(
        ValueError,
        f"{file} has 4 characters, and a secret needs at least 16: "
        "delete it, and a new one is made",
    ):
        read_secret(file)


def test_inputs_are_drawn_from_the_secret():
    def numbers(secret):
        calls = drawn(find("small", ASSIGNMENTS), secret)
        return np.concatenate(
            [each.ravel() for each in arrays_in([c.arguments for c in calls["q2"]])]
        )

    assert np.array_equal(numbers(SECRET), numbers(SECRET))
    assert not np.intersect1d(numbers(SECRET), numbers(SECRET[::-1])).size


@pytest.mark.parametrize("name", names())
def test_the_questions_of_each_assignment_can_be_asked(name):
    assignment = find(name)
    calls = drawn(assignment, os.urandom(32))
    assert all(calls.values())
    assert assignment.max_score > 0


# The assignments


@pytest.mark.parametrize("name", release.NAMES)
def test_solutions_get_all_points_of_the_grader_and_starter_code_none(course, any_kind, name):
    source = release.source(name)
    notebooks = {"solution": release.answer_key(source), "starter": release.released(source)}
    for student, notebook in notebooks.items():
        notebook.cells = [cell for cell in notebook.cells if cell.id != "my_runs"]  # many seconds
        release.write(notebook, course / "handed-in" / f"{student}.ipynb")
    results = graded_again(course, any_kind, assignment=find(name))
    for question in find(name).questions:
        if question.draw:
            points = [results[student]["questions"][question.id]["points"] for student in notebooks]
            assert points == [question.points, 0], question.id
    for student in notebooks:
        assert results[student]["status"] == "graded"
        assert results[student]["notes"] == []
    assert all(results["starter"]["texts"].values()), "an answer in words is not found"
