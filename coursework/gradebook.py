"""The tables: grades, what a person has to grade, and the gradebook of a course."""

import csv
import datetime
import io
import json
from collections.abc import Iterator
from pathlib import Path

from coursework.assignment import Assignment
from coursework.grading import BY_HAND, GRADED, write

BY_HAND_COLUMNS = ("student", "question", "max_points", "points", "comment")


def scored(
    assignment: Assignment, results: dict[str, dict], given: dict[tuple[str, str], dict]
) -> list[dict]:
    """A row for each student: ``student, status, score, max_score``, a column for each question,
    and ``note``.

    Args:
        assignment: what was asked.
        results: of each student.
        given: what a person has given, from :func:`read_by_hand`; it counts instead of what a
            program gave.
    """
    rows = []
    for student, result in results.items():
        points, notes, missing, withheld = {}, list(result["notes"]), [], 0.0
        for question in assignment.questions:
            by_program = result["questions"].get(question.id, {"points": 0.0})["points"]
            by_a_person = given.get((student, question.id), {}).get("points")
            if result["status"] == "invalid":
                points[question.id] = 0.0
            elif by_a_person is not None:
                points[question.id] = by_a_person
            elif question.draw is None or result.get("withheld"):
                points[question.id] = None
                missing.append(question.id)
                withheld += by_program
            else:
                points[question.id] = by_program
        status = result["status"]
        if missing:
            if withheld:
                notes.append(f"{withheld:g} points are withheld until somebody has looked at it")
            notes.append(f"to be graded by hand: {', '.join(missing)}")
            status = BY_HAND if status == GRADED else status
        rows.append(
            {
                "student": student,
                "status": status,
                "score": round(sum(each or 0.0 for each in points.values()), 4),
                "max_score": assignment.max_score,
                **points,
                "note": "; ".join(notes),
            }
        )
    return rows


def as_csv(rows: list[dict]) -> str:
    """Rows as CSV, in which a spreadsheet finds no formula."""
    text = io.StringIO()
    table = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows({key: cell(value) for key, value in row.items()} for row in rows)
    return text.getvalue()


def cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value))
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


# What a person grades


def read_by_hand(file: Path, assignment: Assignment) -> dict[tuple[str, str], dict]:
    """The points and comments that a person has filled in, by student and question.

    Raises:
        ValueError: a row that cannot be right; the message names its line.
    """
    if not file.exists():
        return {}
    most = {question.id: question.points for question in assignment.questions}
    given = {}
    for number, row in rows_of(file):
        where = f"{file}, line {number}: "
        if None in row.values() or not set(BY_HAND_COLUMNS) <= set(row):
            raise ValueError(f"{where}expected the columns {', '.join(BY_HAND_COLUMNS)}")
        if row["question"] not in most:
            raise ValueError(
                f"{where}there is no question {row['question']!r}; there are {', '.join(most)}"
            )
        points = None
        if row["points"].strip():
            try:
                points = float(row["points"].replace(",", "."))
            except ValueError:
                points = -1.0
            if not 0 <= points <= most[row["question"]]:
                raise ValueError(
                    f"{where}points are {row['points']!r}; expected a number from 0 to "
                    f"{most[row['question']]:g}, or nothing"
                )
        key = (row["student"].removeprefix("'"), row["question"])
        given[key] = {"points": points, "comment": row["comment"]}
    return given


def write_by_hand(
    file: Path,
    assignment: Assignment,
    results: dict[str, dict],
    given: dict[tuple[str, str], dict],
) -> None:
    """Write the table for a person to fill in: written answers, and each question of students whose
    points are withheld, with what the program counted as the most. What is filled in already stays,
    that of students who are not there any more as well."""
    students = dict.fromkeys([*results, *(student for student, _ in given)])
    most = {question.id: question.points for question in assignment.questions}
    asked = {(student, q.id): q.points for q in assignment.by_hand for student in students}
    asked |= {(student, id): most[id] for student, id in given}
    asked |= {
        (student, id): question["points"]
        for student, result in results.items()
        if result.get("withheld")
        for id, question in result["questions"].items()
    }
    rows = [
        {
            "student": student,
            "question": id,
            "max_points": points,
            "points": each.get("points"),
            "comment": each.get("comment", ""),
        }
        for (student, id), points in asked.items()
        for each in [given.get((student, id), {})]
    ]
    if rows:
        write(file, as_csv(rows))


def rows_of(file: Path) -> Iterator[tuple[int, dict]]:
    """The rows of a table that somebody filled in, each with the number of its line.

    Raises:
        ValueError: it is not in UTF-8.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{file} is not in UTF-8: save it as CSV in UTF-8") from None
    yield from enumerate(csv.DictReader(io.StringIO(text, newline="")), 2)


# The gradebook of a course


def submitted(results: dict[str, dict], file: Path | None) -> dict[str, datetime.datetime]:
    """When each student handed in: by a table with ``student, submitted`` if there is one, or else
    when the file was last changed.

    Raises:
        ValueError: a time that cannot be read; the message names its line.
    """
    times = {
        student: datetime.datetime.fromtimestamp(result["changed"]).astimezone()
        for student, result in results.items()
        if result.get("changed") is not None
    }
    if file is None:
        return times
    for number, row in rows_of(file):
        try:
            times[row["student"]] = moment(row["submitted"])
        except (KeyError, TypeError, ValueError):
            raise ValueError(
                f"{file}, line {number}: expected the columns student and submitted, "
                "with a time such as 2026-10-01T23:59+02:00"
            ) from None
    return times


def moment(text: str) -> datetime.datetime:
    """A time; of this machine's time zone, if it names none.

    Raises:
        ValueError: it is not written like ``2026-10-01T23:59+02:00``.
    """
    return datetime.datetime.fromisoformat(text.strip()).astimezone()


def gradebook(
    rows: list[dict], due: datetime.datetime | None, times: dict[str, datetime.datetime]
) -> list[dict]:
    """The rows of :func:`scored` with two more columns after ``status``: ``needs_manual``, and
    ``late``, which is empty if there is no time to compare."""
    return [
        {
            "student": row["student"],
            "status": row["status"],
            "needs_manual": row["status"] == BY_HAND or "to be graded by hand" in row["note"],
            "late": times[row["student"]] > due if due and row["student"] in times else None,
            **{key: row[key] for key in row if key not in ("student", "status")},
        }
        for row in rows
    ]


def side_by_side(books: dict[str, list[dict]]) -> list[dict]:
    """One row a student for several assignments: columns are called ``gates_and_cell.score``. What
    a student did not hand in is empty, and counts nothing in ``total``."""
    students = sorted({row["student"] for rows in books.values() for row in rows})
    table = []
    for student in students:
        line: dict = {"student": student, "total": 0.0}
        for name, rows in books.items():
            row = next((each for each in rows if each["student"] == student), {})
            line["total"] += row.get("score", 0.0)
            line |= {f"{name}.{key}": row.get(key) for key in rows[0] if key != "student"}
        table.append(line)
    return table


def name_in(out: Path) -> str | None:
    """The name of the assignment whose grades are in a folder, if there are any."""
    return read_results(out)[0] if (out / "results.json").exists() else None


def read_results(out: Path) -> tuple[str, dict[str, dict]]:
    """The name of the assignment and the results of each student, of a folder with grades.

    Raises:
        FileNotFoundError: nothing was graded there.
    """
    about = out / "results.json"
    if not about.exists():
        raise FileNotFoundError(
            f"{out} has no results: python -m coursework grade ASSIGNMENT FOLDER --out {out}"
        )
    stored = json.loads(about.read_text(encoding="utf-8"))
    return stored["assignment"], stored["results"]
