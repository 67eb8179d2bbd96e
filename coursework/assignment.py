"""An assignment as the grader needs it: its questions, and the calls that are made of a secret."""

import hashlib
import importlib.util
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np

from coursework.questions import Call, Question
from coursework.sandbox import Limits
from coursework.worker import to_json

ASSIGNMENTS = Path(__file__).parent / "assignments"


@dataclass(frozen=True)
class Assignment:
    """The questions of an assignment, and what its submissions may import and use.

    Args:
        name: as its file is called.
        questions: in their order.
        forbidden: modules and names that may not be imported or used.
        packages: the distributions that the sandbox has, with what they need.
        limits: what a submission may use.
    """

    name: str
    questions: tuple[Question, ...]
    forbidden: tuple[str, ...] = ()
    packages: tuple[str, ...] = ("numpy", "matplotlib")
    limits: Limits = Limits()

    @property
    def max_score(self) -> float:
        return sum(question.points for question in self.questions)

    @property
    def by_hand(self) -> list[Question]:
        """The questions that a person grades."""
        return [question for question in self.questions if question.draw is None]


def names(folder: Path = ASSIGNMENTS) -> list[str]:
    """The assignments that there are."""
    return sorted(file.stem for file in folder.glob("[a-z]*.py"))


def find(name: str, folder: Path = ASSIGNMENTS) -> Assignment:
    """The assignment of this name: ``QUESTIONS`` of its module and, if they are there,
    ``FORBIDDEN``, ``PACKAGES`` and ``LIMITS``.

    Raises:
        LookupError: there is none.
    """
    if name not in names(folder):
        raise LookupError(
            f"no assignment {name!r} in {folder}: there are {', '.join(names(folder)) or 'none'}"
        )
    module = imported(folder / f"{name}.py")
    optional = {key: key.upper() for key in ("forbidden", "packages", "limits")}
    given = {key: getattr(module, n) for key, n in optional.items() if hasattr(module, n)}
    return Assignment(name, tuple(module.QUESTIONS), **given)


def imported(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"coursework.assignments.{file.stem}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# The secret


def read_secret(file: Path) -> bytes:
    """The secret of the course; made now if the file is not there yet.

    Raises:
        ValueError: the file is too short for a secret.
    """
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as new:
            new.write(secrets.token_hex(32) + "\n")
    secret = file.read_bytes().strip()
    if len(secret) < 16:
        raise ValueError(
            f"{file} has {len(secret)} characters, and a secret needs at least 16: "
            "delete it, and a new one is made"
        )
    return secret


def drawn(assignment: Assignment, secret: bytes) -> dict[str, list[Call]]:
    """The calls of each question that is graded by them, by its id; the same for all students.

    Raises:
        ValueError: a question has no calls, or one has an argument that no worker can be sent, or
            expects what nothing can be compared with.
    """
    calls = {}
    for question in assignment.questions:
        if question.draw is None:
            continue
        seed = hashlib.sha256(b"\0".join((secret, assignment.name.encode(), question.id.encode())))
        rng = np.random.default_rng(int.from_bytes(seed.digest(), "big"))
        calls[question.id] = question.draw(rng)
        for call in calls[question.id]:
            check(call, question)
        if not calls[question.id]:
            raise ValueError(f"{question.id} of {assignment.name} draws no calls")
    return calls


def check(call: Call, question: Question) -> None:
    for what, value in (("arguments", call.arguments), ("expected", call.expected)):
        try:
            to_json(value)
        except TypeError as error:
            raise ValueError(
                f"{question.id}: the {what} of {call.function} have {error}, and numbers, texts, "
                "arrays, and tuples, lists and dicts of them can be sent"
            ) from None
    if not all(np.isfinite(array).all() for array in arrays_in(call.expected)):
        raise ValueError(f"{question.id}: {call.function} is expected to return NaN or infinity")


def arrays_in(value: object) -> Iterator[np.ndarray]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (tuple, list)):
        for each in value:
            yield from arrays_in(each)
    elif value is not None and not isinstance(value, str):
        yield np.asarray(value)


ENGINE = ("questions.py", "submissions.py", "confine.py", "sandbox.py", "worker.py", "grading.py")


def fingerprint(assignment: Assignment, calls: dict[str, list[Call]], kind: str) -> str:
    """What a grade depends on beside the submission: results with another one are not kept."""
    parts = [assignment.name, assignment.forbidden, assignment.packages, str(assignment.limits)]
    parts += [[q.id, q.points, q.draw is None] for q in assignment.questions]
    for each in calls.values():
        parts += [[c.function, to_json(c.arguments), to_json(c.expected), c.atol] for c in each]
        parts += [c.hint for c in each]
    parts += [Path(__file__).with_name(name).read_text() for name in ENGINE]
    return hashlib.sha256(json.dumps([*parts, kind]).encode()).hexdigest()
