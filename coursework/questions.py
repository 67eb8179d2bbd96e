"""What an assignment asks, and how an answer is compared with the library's."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


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
