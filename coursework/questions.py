"""What an assignment asks, and how an answer is compared with the library's."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

RELATIVE = 1e-8
"""Two numbers may differ by this part of the expected one, beside the tolerance of the call."""


@dataclass(frozen=True)
class Call:
    """One call of a student's function, and what it must return.

    Args:
        function: the name that the assignment gave it.
        arguments: keyword arguments: numbers, strings, arrays, lists and dicts of them.
        expected: an array, a number, or a tuple or dict of them: from ``lstm_lib``.
        hint: what feedback says if it is wrong: what to look at. It shows no hidden input.
        atol: by how much each number may differ.
    """

    function: str
    arguments: dict
    expected: object
    hint: str = ""
    atol: float = 1e-8


@dataclass(frozen=True)
class Question:
    """A question of an assignment.

    Args:
        id: the ``grade_id`` of its test cell in the source: ``"q1"``.
        title: what it asks, in a few words.
        points: as in the source.
        draw: makes the calls, the easy ones first; the points are given in proportion to those that
            are right. ``None``: it is graded by hand.
    """

    id: str
    title: str
    points: float
    draw: Callable[[np.random.Generator], list[Call]] | None


# Comparing
#
# What is said of an answer is read by its author, who wrote the function that saw the hidden input.
# So it is one of the few sentences below, and never a number, a shape or a text of the answer.

NOT_FINITE = "it has NaN or infinite numbers"
WRONG_SHAPE = "its shape is not the one that the text asks for"
WRONG_VALUES = "its numbers are wrong"
ROUNDED = "its numbers are right to a few digits only: compute in float64 throughout"


def difference(answer: object, expected: object, atol: float) -> str:
    """What is wrong with an answer, as a sentence; nothing if it is right.

    A list of numbers may stand for an array and a list for a tuple; a whole number for a float.
    """
    if isinstance(expected, dict):
        if not isinstance(answer, dict):
            return f"it is {kind(answer)} and not a dict"
        if answer.keys() != expected.keys():
            return f"its keys are not {', '.join(map(repr, expected))}"
        parts = [(f"[{key!r}]", answer[key], value) for key, value in expected.items()]
    elif isinstance(expected, (tuple, list)):
        if not isinstance(answer, (tuple, list)):
            return f"it is {kind(answer)} and not {len(expected)} values"
        if len(answer) != len(expected):
            return f"it does not have {len(expected)} parts"
        parts = [(f"[{i}]", *pair) for i, pair in enumerate(zip(answer, expected, strict=True))]
    elif expected is None or isinstance(expected, str):
        same = type(answer) is type(expected) and answer == expected
        return "" if same else "it is another value than the one that the text asks for"
    else:
        return difference_of_numbers(answer, np.asarray(expected), atol)
    wrong = ((place, difference(*pair, atol)) for place, *pair in parts)
    return next((f"at {place}, {what}" for place, what in wrong if what), "")


def difference_of_numbers(answer: object, expected: np.ndarray, atol: float) -> str:
    try:
        given = np.asarray(answer)
    except ValueError:  # rows of different lengths
        return "it is a list that no array can be made of"
    if given.dtype.kind not in "biufc" or isinstance(answer, dict):
        return f"it is {kind(answer)} and not {'an array' if expected.ndim else 'a number'}"
    if given.dtype.kind == "c" and expected.dtype.kind != "c":
        return "it has complex numbers"
    if given.shape != expected.shape:
        return WRONG_SHAPE
    if not np.isfinite(given).all():
        return NOT_FINITE
    exact = expected.dtype.kind in "biu" and given.dtype.kind in "biu"
    if exact:
        return "" if np.array_equal(given, expected) else WRONG_VALUES
    given, expected = given.astype(complex), expected.astype(complex)
    with np.errstate(over="ignore"):  # of very large numbers
        if np.allclose(given, expected, rtol=RELATIVE, atol=atol):
            return ""
        return ROUNDED if np.allclose(given, expected, rtol=1e-4, atol=1e-5) else WRONG_VALUES


def kind(value: object) -> str:
    """What a value is, in the words of a sentence."""
    if value is None:
        return "None (is there a return?)"
    names = {
        dict: "a dict",
        tuple: "a tuple",
        list: "a list",
        str: "a text",
        np.ndarray: "an array",
    }
    return names.get(type(value), "a number")
