"""The commands of the coursework: ``python -m coursework --help``."""

import argparse
import signal
import sys
from collections import Counter
from collections.abc import Sized
from pathlib import Path

from coursework import feedback, gradebook, grading, sandbox
from coursework.assignment import ASSIGNMENTS, Assignment, find, read_secret
from coursework.assignments import NAMES

WITHOUT_SANDBOX = (
    "no sandbox can be had on this machine: {why}\n"
    "Submissions are programs that others wrote. Install bubblewrap (apt install bubblewrap), or "
    "grade on a Linux machine that has namespaces. To run them as yourself all the same, with no "
    "protection but limits on time and memory, add --no-sandbox"
)


def grade(chosen: argparse.Namespace) -> None:
    assignment = find(chosen.assignment, chosen.assignments)
    there = gradebook.name_in(chosen.out)
    if there not in (None, assignment.name):
        sys.exit(
            f"{chosen.out} has the grades of {there}: give each assignment a folder of its own"
        )
    kind = sandbox.NONE
    if chosen.no_sandbox:
        print("Warning: submissions run without a sandbox, as you.", file=sys.stderr)
    else:
        try:
            kind = sandbox.find()
        except sandbox.NoSandbox as why:
            sys.exit(WITHOUT_SANDBOX.format(why=why))
    if not chosen.secret.exists():
        print(f"A secret was made in {chosen.secret}. Keep it: the same one asks the same.")
    secret = read_secret(chosen.secret)
    try:
        results = grading.grade(
            assignment,
            chosen.folder,
            chosen.out,
            secret,
            kind,
            at_a_time=chosen.processes,
            fresh=chosen.fresh,
        )
    except KeyboardInterrupt:
        sys.exit(
            f"\nInterrupted. What is done is in {chosen.out}: the same command goes on from there."
        )
    rows = tables(assignment, chosen.out, results)
    counts = Counter(row["status"] for row in rows)
    print(", ".join(f"{count} {status}" for status, count in counts.most_common()))
    print(f"The grades are in {chosen.out / 'grades.csv'}.")
    if assignment.by_hand:
        print(
            f"What a person grades is in {chosen.out / 'to_read'}; "
            f"fill the points into {chosen.out / 'by_hand.csv'}."
        )
    if held := sum("points are withheld" in row["note"] for row in rows):
        print(f"{held} used what they may not: {chosen.out / 'by_hand.csv'} has a row a question.")


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def tables(assignment: Assignment, out: Path, results: dict[str, dict]) -> list[dict]:
    """Write the grades, and what a person has to read and to fill in."""
    file = out / "by_hand.csv"
    given = gradebook.read_by_hand(file, assignment)
    rows = gradebook.scored(assignment, results, given)
    grading.write(out / "grades.csv", gradebook.as_csv(rows))
    gradebook.write_by_hand(file, assignment, results, given)
    for question in assignment.by_hand:
        page = feedback.to_read(assignment, question.id, results)
        grading.write(out / "to_read" / f"{question.id}.html", page)
    return rows


def write_gradebook(chosen: argparse.Namespace) -> None:
    due = gradebook.moment(chosen.due) if chosen.due else None
    books: dict[str, list[dict]] = {}
    for folder in chosen.folders:
        name, results = gradebook.read_results(folder)
        book = books.setdefault(name, [])
        if due and len(books) > 1:
            sys.exit("--due is for one assignment: write a gradebook of each with its own")
        if twice := {row["student"] for row in book} & set(results):
            sys.exit(
                f"{folder} has grades of {min(twice)} for {name}, and so has a folder before it"
            )
        rows = tables(find(name, chosen.assignments), folder, results)
        times = gradebook.submitted(results, chosen.submitted)
        book += gradebook.gradebook(rows, due, times)
    [rows] = books.values() if len(books) == 1 else [gradebook.side_by_side(books)]
    grading.write(chosen.out, gradebook.as_csv(rows))
    print(f"The gradebook, with {students(rows)}, is {chosen.out}.")
    if due and not chosen.submitted:
        print("Late is who changed the file after that; --submitted TABLE knows better.")


def write_feedback(chosen: argparse.Namespace) -> None:
    name, results = gradebook.read_results(chosen.folder)
    assignment = find(name, chosen.assignments)
    given = gradebook.read_by_hand(chosen.folder / "by_hand.csv", assignment)
    for row in tables(assignment, chosen.folder, results):
        page = feedback.page(assignment, row, results[row["student"]], given)
        file = f"{grading.file_name(row['student'])}.html"
        grading.write(chosen.folder / "feedback" / file, page)
    print(f"A page for each of {students(results)} is in {chosen.folder / 'feedback'}.")


def write_releases(chosen: argparse.Namespace) -> None:
    from coursework import release  # here: nothing else needs nbformat

    for path in release.release(chosen.names or NAMES, chosen.out or release.RELEASES):
        print(path)


def write_keys(chosen: argparse.Namespace) -> None:
    from coursework import release

    for path in release.keys(chosen.names or NAMES, chosen.out, chosen.notes):
        print(path)


def students(those: Sized) -> str:
    return f"{len(those)} student{'s' * (len(those) != 1)}"


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m coursework", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name, run, about):
        new = commands.add_parser(name, help=about, description=about)
        new.set_defaults(run=run)
        new.add_argument(
            "--assignments", type=Path, default=ASSIGNMENTS, help="a folder with assignments"
        )
        return new

    new = command("grade", grade, "grade a folder of submissions")
    new.add_argument("assignment", metavar="ASSIGNMENT", help="its name")
    new.add_argument(
        "folder", type=Path, metavar="FOLDER", help="with <student>.ipynb or <student>.zip"
    )
    new.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the grades")
    new.add_argument(
        "--secret",
        type=Path,
        default=Path("course-secret.txt"),
        help="the file from which hidden inputs are drawn; made if it is not there",
    )
    new.add_argument("--processes", type=positive, help="how many submissions at a time")
    new.add_argument("--fresh", action="store_true", help="grade again what is graded already")
    new.add_argument(
        "--no-sandbox",
        action="store_true",
        help="run submissions as yourself: they can do anything",
    )

    new = command("gradebook", write_gradebook, "write the gradebook of one or more assignments")
    new.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="with grades")
    new.add_argument("--out", type=Path, default=Path("gradebook.csv"), help="the table to write")
    new.add_argument("--due", help="2026-10-01T23:59+02:00: what was handed in later is late")
    new.add_argument("--submitted", type=Path, help="a table with the columns student, submitted")

    new = command("feedback", write_feedback, "write a page for each student")
    new.add_argument("folder", type=Path, metavar="DIR", help="with grades")

    new = command("release", write_releases, "write the notebooks that students get")
    new.add_argument("names", nargs="*", metavar="ASSIGNMENT", help="all if left out")
    new.add_argument("--out", type=Path, help="a folder; that of the book's pages if left out")

    new = command("key", write_keys, "execute the solutions and write the answer keys")
    new.add_argument("names", nargs="*", metavar="ASSIGNMENT", help="all if left out")
    new.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the keys")
    new.add_argument("--notes", action="store_true", help="with the notes for the grader")
    return parser


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is no number of submissions at a time")
    return number


def main(arguments: list[str] | None = None) -> None:
    chosen = parser().parse_args(arguments)
    try:
        chosen.run(chosen)
    except (LookupError, OSError, ValueError, grading.NoWorker, ModuleNotFoundError) as error:
        sys.exit(str(error.args[0] if isinstance(error, LookupError) else error))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, interrupted)  # as Ctrl-C
    main()
