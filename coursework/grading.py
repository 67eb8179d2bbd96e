"""Grading: each submission answers in a sandbox, and its answers are compared here, outside of it.

What comes out of a sandbox is a claim of whoever wrote the submission. It is checked before it is
used, and no text of it that was made after the first hidden input went in is ever shown: an error
is named only if Python itself has it, and a wrong answer is described by one of a few sentences.
"""

import builtins
import dataclasses
import difflib
import hashlib
import json
import os
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tqdm import tqdm

from coursework import submissions
from coursework.assignment import Assignment, drawn, fingerprint
from coursework.questions import Call, Question, difference
from coursework.sandbox import Ended, Sandbox, packages
from coursework.submissions import Cell, Invalid, Submission, cells_of
from coursework.worker import from_json, to_json

GRADED, TIMEOUT, CRASHED, INVALID, BY_HAND = (
    "graded",
    "timeout",
    "crashed",
    "invalid",
    "needs manual",
)
MOST_STARTS = 6
"""A submission that ended its process goes on in another, without what ended it."""


class NoWorker(Exception):
    """The sandbox does not start: no submission is to blame, so none gets a grade for it."""


# One submission


class Grading:
    """One submission on its way to a grade.

    Args:
        assignment: what was asked.
        calls: those of each question, by its id.
        cells: the cells of the submission.
        kind: of the sandbox.
        hidden: folders of which it may see nothing.
        stop: ends it when it is set.
    """

    def __init__(
        self,
        assignment: Assignment,
        calls: dict[str, list[Call]],
        cells: list[Cell],
        kind: str,
        hidden: tuple[Path, ...] = (),
        stop: threading.Event | None = None,
    ):
        self.assignment, self.calls, self.cells = assignment, calls, cells
        self.kind, self.hidden, self.stop = kind, hidden, stop
        self.code = {n: cell for n, cell in enumerate(cells, 1) if is_run(cell)}
        self.left_out: set[int] = set()
        self.errors: dict[int, dict] = {}  # of cells, by their number in the notebook
        self.found: dict[str, list[str]] = {id: [] for id in calls}  # what is wrong, call by call
        self.ends: list[Ended] = []
        self.notes: list[str] = []
        self.withheld = False
        self.defined: list[str] = []

    def run(self) -> dict:
        """The result, as it is stored."""
        end = time.monotonic() + self.assignment.limits.seconds
        for start in range(MOST_STARTS):
            left = end - time.monotonic()
            if start and left < 1:
                break
            limits = dataclasses.replace(self.assignment.limits, seconds=max(left, 1))
            allowed = self.assignment.packages
            with Sandbox(self.kind, allowed, limits, self.hidden, self.stop) as sandbox:
                try:
                    sandbox.ask("read", 60, cells=[])
                except Ended as ended:
                    if start:
                        break  # no time was left to begin again
                    said = sandbox.heard.decode(errors="replace").strip()
                    raise NoWorker(f"the sandbox does not start: {said or ended.what}") from None
                try:
                    if not start:
                        self.read(sandbox)
                    if self.run_cells(sandbox, first=not start) and self.call(sandbox):
                        break
                except Ended as ended:  # while it was read
                    self.end(ended, f"the code {ended.what} while it was read")
                    break
        return self.result()

    def end(self, ended: Ended, note: str) -> None:
        self.ends.append(ended)
        self.notes.append(note)

    def read(self, sandbox: Sandbox) -> None:
        """Look at the code before any of it has run: until then, the answers are the worker's."""
        sources = [cell.source for cell in self.code.values()]
        answer = sandbox.ask("read", 30, cells=sources)
        numbers = list(self.code)
        self.defined = answer["defined"]
        found = {
            (numbers[index], name)
            for index, used in answer["uses"]
            for name in self.assignment.forbidden
            if f"{used}.".startswith(f"{name}.")
            or (used.endswith(".*") and name.startswith(used[:-1]))
        }
        there = {Path(path).stem for path in packages(*self.assignment.packages)}
        for number, name in sorted(found):
            note = f"cell {number} uses {name}, which this assignment does not allow"
            if name.partition(".")[0] in there:
                self.withheld = True
            else:
                note += ": the grader does not have it"
            self.notes.append(note)

    def run_cells(self, sandbox: Sandbox, first: bool) -> bool:
        """Run the cells in their order; whether the process is still there."""
        seconds = self.assignment.limits.cell_seconds
        for number, cell in self.code.items():
            if number in self.left_out:
                continue
            try:
                answer = sandbox.ask(
                    "run", 4 * seconds + 5, cell=number - 1, source=cell.source, seconds=seconds
                )
            except Ended as ended:
                self.left_out.add(number)
                self.errors.setdefault(number, {"type": "", "message": ended.what, "line": None})
                self.end(ended, f"cell {number} {ended.what}: the rest was run without it")
                return False
            error = answer.get("error")
            if not (first and isinstance(error, dict)):
                continue
            if error.get("out_of_time") is True:
                error = {"type": "", "message": f"was stopped after {seconds:g} seconds"}
                self.end(Ended(TIMEOUT, "took too long"), f"cell {number} {error['message']}")
            elif name_of(error) not in ("NotImplementedError", "AssertionError"):
                self.notes.append(f"cell {number} raised {name_of(error) or 'an error'}")
            self.errors.setdefault(number, text_only(error))
        return True

    def call(self, sandbox: Sandbox) -> bool:
        """Call the functions of all questions, as far as they have no answer yet; whether the
        process is still there."""
        for id, calls in self.calls.items():
            found = self.found[id]
            while len(found) < len(calls):
                call = calls[len(found)]
                try:
                    wrong, is_late = self.outcome(call, sandbox)
                except Ended as ended:
                    self.end(ended, f"{id}: {call.function} {ended.what}")
                    found += [f"{call.function} {ended.what}"] * (len(calls) - len(found))
                    return False
                if is_late:  # the others would be as well
                    self.end(Ended(TIMEOUT, wrong), f"{id}: {wrong}")
                    found += [wrong] * (len(calls) - len(found))
                else:
                    found.append(wrong)
        return True

    def outcome(self, call: Call, sandbox: Sandbox) -> tuple[str, bool]:
        """What is wrong with what a function returns, if anything; whether it was stopped."""
        seconds = self.assignment.limits.call_seconds
        answer = sandbox.ask(
            "call",
            4 * seconds + 5,
            function=call.function,
            arguments=call.sent,
            seconds=seconds,
        )
        if answer.get("missing") is True:
            return self.missing(call.function), False
        error = answer.get("error")
        if isinstance(error, dict):
            if error.get("out_of_time") is True:
                return f"{call.function} was stopped after {seconds:g} seconds", True
            if name_of(error) == "NotImplementedError":
                return f"{call.function} is not written yet", False
            return f"{call.function} raised {name_of(error) or 'an error of its own'}", False
        if "value" not in answer:
            what = "something else than numbers and arrays, or far too many of them"
            return f"{call.function} returned {what}", False
        try:
            wrong = difference(from_json(answer["value"]), call.expected, call.atol)
        except (ValueError, OverflowError):
            wrong = "it cannot be read"
        return f"what {call.function} returned: {wrong}" if wrong else "", False

    def missing(self, function: str) -> str:
        others = [name for name in self.defined if function not in self.defined]
        close = difflib.get_close_matches(function, others, n=1)
        return f"there is no function {function}" + (
            f": is it the one that you call {close[0]}?" if close else ""
        )

    def result(self) -> dict:
        questions = {
            question.id: self.result_of(question)
            for question in self.assignment.questions
            if question.draw is not None
        }
        counts = Counter(cell.id for cell in self.cells if cell.id)
        for id, count in counts.items():
            if count > 1:
                self.notes.append(
                    f"{count} cells have the id {id[:40]!r}: all were run, and what the last one "
                    "defines counts"
                )
        return {
            "status": self.ends[0].status if self.ends else GRADED,
            "withheld": self.withheld,
            "questions": questions,
            "notes": list(dict.fromkeys(self.notes)),
            "cells": {str(number): error for number, error in self.errors.items()},
            "texts": {
                question.id: [cell.source for cell in self.cells if cell.id == question.id]
                for question in self.assignment.by_hand
            },
        }

    def result_of(self, question: Question) -> dict:
        calls = self.calls[question.id]
        found = self.found[question.id]
        found = found + ["it was not asked, because of what is said above"] * (
            len(calls) - len(found)
        )
        right = found.count("")
        wrong = dict.fromkeys(
            (what, call.hint) for what, call in zip(found, calls, strict=True) if what
        )
        return {
            "points": round(question.points * right / len(calls), 4),
            "right": right,
            "calls": len(calls),
            "wrong": [list(each) for each in wrong],
        }


def is_run(cell: Cell) -> bool:
    return cell.kind == "code" and not cell.is_test and bool(cell.source.strip())


def name_of(error: dict) -> str:
    """The name of an error, if it is one of Python's own; nothing else can be believed."""
    known = getattr(builtins, str(error.get("type")), None)
    return known.__name__ if isinstance(known, type) and issubclass(known, BaseException) else ""


def text_only(error: dict) -> dict:
    """An error of a cell, for its author to read."""
    line = error.get("line")
    return {
        "type": str(error.get("type", ""))[:100],
        "message": str(error.get("message", ""))[:2000],
        "line": line if type(line) is int else None,
    }


def invalid(reason: str) -> dict:
    return {"status": INVALID, "questions": {}, "notes": [reason], "cells": {}, "texts": {}}


# All submissions


def grade(
    assignment: Assignment,
    folder: Path,
    out: Path,
    secret: bytes,
    kind: str,
    *,
    at_a_time: int | None = None,
    fresh: bool = False,
    hidden: tuple[Path, ...] = (),
) -> dict[str, dict]:
    """Grade every submission in a folder, and store each result as soon as it is there.

    Results that are stored already, of the same file and the same questions, are kept: the same
    call goes on where it was interrupted.

    Args:
        assignment: what was asked.
        folder: with ``<student>.ipynb`` or ``<student>.zip``.
        out: for the results.
        secret: of the course, from which the inputs are drawn.
        kind: of the sandbox, from :func:`coursework.sandbox.find`.
        at_a_time: how many submissions; as many as there are processors if left out.
        fresh: grade again what is stored already.
        hidden: further folders of which a submission may see nothing.

    Returns:
        The result of each student, by the student's name.

    Raises:
        NotADirectoryError, FileNotFoundError: there are no submissions.
        NoWorker: the sandbox does not start.
    """
    handed_in, others = submissions.collect(folder)
    if others:
        print(f"Left out, because they are no .ipynb and no .zip: {', '.join(others)}")
    calls = {
        id: [with_form(call) for call in each] for id, each in drawn(assignment, secret).items()
    }
    questions = fingerprint(assignment, calls, kind)
    stop = threading.Event()
    hidden = (folder.resolve(), out.resolve(), *hidden)
    results: dict[str, dict] = {}

    def one(submission: Submission) -> dict:
        changed = {"changed": submission.files[0].lstat().st_mtime}
        try:
            data = submissions.contents(submission, assignment.name)
            cells = cells_of(data)
        except Invalid as reason:
            return invalid(str(reason)) | changed
        except OSError as error:
            return invalid(f"the file cannot be read: {error.strerror}") | changed
        seen = hashlib.sha256(data).hexdigest() + questions
        file = stored_at(out, submission.student)
        if not fresh and file.exists():
            stored = json.loads(file.read_text(encoding="utf-8"))
            if stored.get("of") == seen:
                return stored | changed
        result = Grading(assignment, calls, cells, kind, hidden, stop).run()
        return result | {"of": seen} | changed

    with (
        tqdm(total=len(handed_in), desc=assignment.name, unit="submission") as bar,
        ThreadPoolExecutor(at_a_time or os.cpu_count()) as pool,
    ):
        made = {pool.submit(one, each): each for each in handed_in}
        try:
            for future in as_completed(made):
                student = made[future].student
                results[student] = future.result()
                write(stored_at(out, student), json.dumps(results[student], indent=1))
                bar.update()
        except BaseException:  # Ctrl-C as well
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    results = {each.student: results[each.student] for each in handed_in}
    stored = {"assignment": assignment.name, "results": results}
    write(out / "results.json", json.dumps(stored, indent=1))
    return results


@dataclasses.dataclass(frozen=True)
class SentCall(Call):
    """A call with its arguments as JSON, made once for all submissions."""

    sent: object = None


def with_form(call: Call) -> SentCall:
    return SentCall(**vars(call), sent=to_json(call.arguments))


def stored_at(out: Path, student: str) -> Path:
    return out / "results" / f"{file_name(student)}.json"


def file_name(student: str) -> str:
    """The student's name, or what stands for it in the name of a file if it is too long."""
    data = student.encode()
    return student if len(data) < 200 else hashlib.sha256(data).hexdigest()


def write(file: Path, text: str) -> None:
    """Write a file, under another name first, so that what is there is always complete."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(".unfinished")
    unfinished.write_text(text, encoding="utf-8", newline="")
    os.replace(unfinished, file)
