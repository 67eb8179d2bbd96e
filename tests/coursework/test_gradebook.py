"""Points that a person gives, the gradebook, who is late, and what a student reads."""

import contextlib
import csv
import json
import os
import shutil
from pathlib import Path

import pytest
import submissions

from coursework import __main__ as commands
from coursework import gradebook

ASSIGNMENTS = Path(__file__).parent / "assignments"
GRADE = ("grade", "with_report", "in", "--out", "out", "--no-sandbox")
TWICE = "def twice(x):\n    return 2 * x"


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Path:
    """A course of two students, graded; one wrote no report. What they wrote is harmless, so no
    sandbox is needed."""
    folder = tmp_path_factory.mktemp("course")
    report = submissions.cell("It **opens** <b>and</b> closes.", "q2", "markdown")
    for student, cells in {"ada": [TWICE, report], "bob": ["def twice(x):\n    return x"]}.items():
        file = folder / "in" / f"{student}.ipynb"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(submissions.notebook(*cells))
    (folder / "in" / "eve.ipynb").write_text("no notebook")
    os.utime(folder / "in" / "bob.ipynb", (2e9, 2e9))
    with contextlib.chdir(folder):
        command(*GRADE)
    return folder


@pytest.fixture
def course(graded, tmp_path, monkeypatch) -> Path:
    """A copy of that course, to work in."""
    shutil.copytree(graded, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(*arguments: str) -> None:
    commands.main([*arguments, "--assignments", str(ASSIGNMENTS)])


def rows_of(file: str) -> list[dict]:
    with Path(file).open(newline="") as rows:
        return list(csv.DictReader(rows))


def fill_in(student: str, points: str, comment: str = "", question: str = "q2") -> None:
    rows = rows_of("out/by_hand.csv")
    [row] = [row for row in rows if (row["student"], row["question"]) == (student, question)]
    row |= {"points": points, "comment": comment}
    with Path("out/by_hand.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, list(row))
        table.writeheader()
        table.writerows(rows)


def test_what_a_person_has_to_grade_is_said(course):
    ada, bob, eve = rows_of("out/grades.csv")
    assert [ada["status"], ada["score"], ada["max_score"], ada["q2"]] == [
        "needs manual",
        "2",
        "5",
        "",
    ]
    assert ada["note"] == "to be graded by hand: q2"
    assert [bob["status"], bob["score"]] == ["needs manual", "0"]
    assert [eve["status"], eve["score"], eve["q2"]] == ["invalid", "0", "0"]
    page = Path("out/to_read/q2.html").read_text()
    assert "It **opens** &lt;b&gt;and&lt;/b&gt; closes." in page
    assert page.count("Nothing was found.") == 2


def test_points_of_a_person_count_and_stay(course):
    fill_in("ada", "2,5", "Nearly.")
    for line in (["gradebook", "out"], GRADE):
        command(*line)
        ada, bob, _ = rows_of("out/grades.csv")
        assert [ada["status"], ada["score"], ada["q2"], ada["note"]] == ["graded", "4.5", "2.5", ""]
        assert bob["status"] == "needs manual"
    assert rows_of("out/by_hand.csv")[0]["comment"] == "Nearly."
    command("feedback", "out")
    page = Path("out/feedback/ada.html").read_text()
    assert "4.5 of 5 points" in page
    assert "q2: what is a gate?: 2.5 of 3" in page
    assert "Nearly." in page
    assert "multiply by 2" in Path("out/feedback/bob.html").read_text()
    assert "is not JSON" in Path("out/feedback/eve.html").read_text()


@pytest.mark.parametrize("points", ["4", "-1", "many", "nan"])
def test_points_that_cannot_be_are_refused_and_nothing_is_lost(course, points):
    fill_in("ada", points, "Nearly.")
    with pytest.raises(SystemExit) as caught:
        command("gradebook", "out")
    assert str(caught.value) == (
        f"out/by_hand.csv, line 2: points are {points!r}; expected a number from 0 to 3, or nothing"
    )
    assert rows_of("out/by_hand.csv")[0]["comment"] == "Nearly."


@pytest.mark.parametrize(
    "row, said",
    [
        (b"ada,q9,3,1,", "out/by_hand.csv, line 2: there is no question 'q9'; there are q1, q2"),
        (
            b"ada,q2,3",
            "out/by_hand.csv, line 2: expected the columns "
            "student, question, max_points, points, comment",
        ),
        (b"ada,q2,3,1,\xe9", "out/by_hand.csv is not in UTF-8: save it as CSV in UTF-8"),
    ],
    ids=["question", "columns", "encoding"],
)
def test_a_table_that_cannot_be_read_is_refused(course, row, said):
    head = b"student,question,max_points,points,comment\n"
    Path("out/by_hand.csv").write_bytes(head + row + b"\n")
    with pytest.raises(SystemExit) as caught:
        command("gradebook", "out")
    assert str(caught.value) == said


def test_a_person_can_correct_what_the_program_counted(course):
    with Path("out/by_hand.csv").open("a") as file:
        file.write("bob,q1,,1.5,You doubled it in your head.\n")
    command("feedback", "out")
    command(*GRADE)
    _, bob, _ = rows_of("out/grades.csv")
    assert [bob["score"], bob["q1"]] == ["1.5", "1.5"]
    page = Path("out/feedback/bob.html").read_text()
    assert "q1: twice: 1.5 of 2" in page and "You doubled it in your head." in page


def test_the_gradebook_says_who_is_late_and_whom_to_look_at(course, capsys):
    fill_in("ada", "3")
    command("gradebook", "out", "--due", "2033-01-01T00:00+00:00")
    rows = rows_of("gradebook.csv")
    assert list(rows[0])[:6] == ["student", "status", "needs_manual", "late", "score", "max_score"]
    assert [(row["needs_manual"], row["late"]) for row in rows] == [
        ("no", "no"),
        ("yes", "yes"),
        ("no", "no"),
    ]
    assert "--submitted TABLE knows better" in capsys.readouterr().out
    Path("times.csv").write_text("student,submitted\nada,2034-01-01T00:00Z\n")
    command("gradebook", "out", "--due", "2033-01-01T00:00Z", "--submitted", "times.csv")
    assert [row["late"] for row in rows_of("gradebook.csv")] == ["yes", "yes", "no"]


def test_a_folder_with_the_grades_of_another_assignment_is_refused(course):
    before = Path("out/by_hand.csv").read_bytes()
    with pytest.raises(SystemExit) as caught:
        command("grade", "small", "in", "--out", "out", "--no-sandbox")
    assert str(caught.value) == (
        "out has the grades of with_report: give each assignment a folder of its own"
    )
    assert Path("out/by_hand.csv").read_bytes() == before


def copied(folder: str, *students: str) -> None:
    """Grades of these students in a folder of their own, as another machine would make them."""
    shutil.copytree("out", folder)
    stored = json.loads(Path("out/results.json").read_text())
    stored["results"] = {student: stored["results"][student] for student in students}
    Path(folder, "results.json").write_text(json.dumps(stored))


def test_the_parts_of_one_assignment_are_joined(course):
    copied("part1", "ada", "eve")
    copied("part2", "bob")
    command("gradebook", "part1", "part2")
    assert [row["student"] for row in rows_of("gradebook.csv")] == ["ada", "eve", "bob"]


def test_a_student_in_two_parts_is_named(course):
    copied("part1", "ada", "eve")
    copied("part2", "bob", "eve")
    with pytest.raises(SystemExit) as caught:
        command("gradebook", "part1", "part2")
    assert str(caught.value) == (
        "part2 has grades of eve for with_report, and so has a folder before it"
    )
    assert not Path("gradebook.csv").exists()


def test_a_deadline_is_that_of_one_assignment(course):
    command("grade", "small", "in", "--out", "other", "--no-sandbox")
    with pytest.raises(SystemExit) as caught:
        command("gradebook", "out", "other", "--due", "2033-01-01T00:00Z")
    assert str(caught.value) == (
        "--due is for one assignment: write a gradebook of each with its own"
    )
    command("gradebook", "out", "other")
    assert [row["student"] for row in rows_of("gradebook.csv")] == ["ada", "bob", "eve"]


@pytest.fixture(scope="module")
def held(tmp_path_factory) -> Path:
    """A course in which one student imports what they may not, and one does not."""
    folder = tmp_path_factory.mktemp("held")
    (folder / "in").mkdir()
    uses = (*submissions.CORRECT, "from numpy import linalg as la\nla.norm([1])")
    for student, cells in {"ada": uses, "bob": submissions.CORRECT}.items():
        (folder / "in" / f"{student}.ipynb").write_bytes(submissions.notebook(*cells))
    with contextlib.chdir(folder):
        command("grade", "small", "in", "--out", "out", "--no-sandbox")
    return folder


def test_points_that_were_withheld_can_be_given_back(held, tmp_path, monkeypatch):
    shutil.copytree(held, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    ada, bob = rows_of("out/grades.csv")
    assert [ada["status"], ada["score"], ada["q1"]] == ["needs manual", "0", ""]
    assert "; 8 points are withheld until somebody has looked at it; " in ada["note"]
    assert [bob["status"], bob["score"], bob["note"]] == ["graded", "8", ""]
    asked = [
        (row["student"], row["question"], row["max_points"]) for row in rows_of("out/by_hand.csv")
    ]
    assert asked == [("ada", "q1", "2"), ("ada", "q2", "4"), ("ada", "q3", "2")]
    command("feedback", "out")
    assert "q1: a gate: – of 2" in Path("out/feedback/ada.html").read_text()

    fill_in("ada", "2", "You did not need it.", question="q1")
    fill_in("ada", "4", question="q2")
    command("gradebook", "out")
    [ada, _] = rows_of("out/grades.csv")
    assert [ada["status"], ada["score"]] == ["needs manual", "6"]
    assert "; 2 points are withheld" in ada["note"]
    fill_in("ada", "0", question="q3")
    command("feedback", "out")
    [ada, _] = rows_of("out/grades.csv")
    assert [ada["status"], ada["score"], ada["q2"], ada["q3"]] == ["graded", "6", "4", "0"]
    assert "withheld" not in ada["note"]
    page = Path("out/feedback/ada.html").read_text()
    assert "6 of 8 points" in page
    assert "q1: a gate: 2 of 2" in page and "You did not need it." in page
    assert "8 of 8 points" in Path("out/feedback/bob.html").read_text()


def test_a_time_that_cannot_be_read_is_named(course):
    Path("times.csv").write_text("student,submitted\nada,yesterday\n")
    with pytest.raises(SystemExit) as caught:
        command("gradebook", "out", "--due", "2033-01-01", "--submitted", "times.csv")
    assert str(caught.value) == (
        "times.csv, line 2: expected the columns student and submitted, "
        "with a time such as 2026-10-01T23:59+02:00"
    )


def test_several_assignments_stand_side_by_side():
    one = [{"student": "ada", "status": "graded", "score": 2.0, "q1": 2.0}]
    two = [{"student": who, "status": "graded", "score": 1.5, "q1": 1.5} for who in ("bob", "ada")]
    ada, bob = gradebook.side_by_side({"one": one, "two": two})
    assert list(ada) == [
        "student",
        "total",
        *("one.status", "one.score", "one.q1"),
        *("two.status", "two.score", "two.q1"),
    ]
    assert [ada["total"], bob["total"]] == [3.5, 1.5]
    assert bob["one.score"] is None


def test_a_folder_without_grades_is_named(tmp_path):
    with pytest.raises(SystemExit) as caught:
        command("feedback", str(tmp_path))
    assert str(caught.value) == (
        f"{tmp_path} has no results: python -m coursework grade ASSIGNMENT FOLDER --out {tmp_path}"
    )
