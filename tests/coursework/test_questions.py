"""How an answer is compared, and how it travels: nothing is believed that was not checked."""

import base64
import json
from collections import namedtuple

import numpy as np
import pytest

from coursework.questions import NOT_FINITE, ROUNDED, WRONG_SHAPE, WRONG_VALUES, difference
from coursework.worker import MOST_NUMBERS, from_json, to_json

A = np.array([0.25, -0.5])

RIGHT = [
    (A, A),
    (A + 1e-12, A),
    ([0.25, -0.5], A),
    (np.array([1, 2]), np.array([1.0, 2.0])),
    (2, 2.0),
    (np.array(2.0), 2),
    ([A, 1], (A, 1)),
    ({"h": A, "c": [A]}, {"c": (A,), "h": A}),
    ("tanh", "tanh"),
    (None, None),
    (True, True),
]

WRONG = [
    (A + 1e-3, A, WRONG_VALUES),
    (A.astype("f4") + 1e-7, A, ROUNDED),
    (A[None], A, WRONG_SHAPE),
    (A * np.nan, A, NOT_FINITE),
    (A / 0 if False else np.array([np.inf, 1]), A, NOT_FINITE),
    (A + 0j, A, "it has complex numbers"),
    (3, 2, WRONG_VALUES),
    (None, A, "it is None (is there a return?) and not an array"),
    ("0.25", 0.25, "it is a text and not a number"),
    ({"a": 1}, A, "it is a dict and not an array"),
    ([[1], [1, 2]], A, "it is a list that no array can be made of"),
    (["a", "b"], A, "it is a list and not an array"),
    (1 << 80, 1.0, "it is a number and not a number"),
    (A, (A, A), "it is an array and not 2 values"),
    ((A,), (A, A), "it does not have 2 parts"),
    ((A, A + 1), (A, A), f"at [1], {WRONG_VALUES}"),
    (A, {"h": A}, "it is an array and not a dict"),
    ({"c": A}, {"h": A}, "its keys are not 'h'"),
    ({"h": A + 1}, {"h": A}, f"at ['h'], {WRONG_VALUES}"),
    ("sigmoid", "tanh", "it is another value than the one that the text asks for"),
    (0, None, "it is another value than the one that the text asks for"),
]


@pytest.mark.parametrize("answer, expected", RIGHT)
def test_an_answer_is_right(answer, expected):
    assert difference(answer, expected, 1e-8) == ""


@pytest.mark.parametrize("answer, expected, sentence", WRONG)
def test_what_is_wrong_is_said_without_the_answer(answer, expected, sentence):
    assert difference(answer, expected, 1e-8) == sentence


# Travelling

State = namedtuple("State", "h c")

VALUES = [
    *(None, True, 7, -0.1, float("inf"), "ü", A, A.astype("f4"), np.eye(3).T, np.array(3)),
    *(np.float32(0.1), [A, 1], (1, (2,)), {"W": {"f": A}}, np.array([True]), np.array([1j])),
    np.zeros((0, 3)),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_as_it_went(value):
    back = from_json(json.loads(json.dumps(to_json(value))))
    if isinstance(value, (np.ndarray, np.generic)):
        assert np.array_equal(back, value)
    else:
        assert repr(back) == repr(value)


def test_a_state_travels_as_a_tuple():
    assert from_json(to_json(State(1, 2))) == (1, 2)


@pytest.mark.parametrize(
    "value",
    [
        object(),
        np.array([None]),
        np.array(["a"]),
        {1: 2},
        {1, 2},
        b"bytes",
        lambda: 0,
        np.zeros(MOST_NUMBERS + 1, bool),
        [[[[[[[[1]]]]]]]],
    ],
    ids=lambda value: type(value).__name__,
)
def test_nothing_else_travels(value):
    with pytest.raises(TypeError):
        to_json(value)


EIGHT = "AAAAAAAAAAA="
"""Eight bytes, so many as a number has."""


@pytest.mark.parametrize(
    "form",
    [
        1.5,
        [1],
        {},
        {"float": 1},
        {"float": "x"},
        {"array": 1, "list": []},
        {"array": ["|O", [1], "AAAAAAAAAAA="]},
        {"array": ["<f8,<f8", [1], "A" * 20 + "AA=="]},
        {"array": [8, [1], EIGHT]},
        {"array": ["<f8", [1]]},
        {"array": ["<f8", [1], "AAAA"]},
        {"array": ["<f8", [-1, -1], EIGHT]},
        {"array": ["<f8", [True], EIGHT]},
        {"array": ["<f8", [1.0], EIGHT]},
        {"array": ["<f8", 1, ""]},
        {"array": ["<f8", [1 << 40, 1 << 40], ""]},
        {"array": ["<f8", [0] * 17, ""]},
        {"array": ["<f8", [1], "AAAA AAAA AAA="]},
        {"array": ["<f8", [0], None]},
        {"array": ["<V8", [0], ""]},
        {"pickle": "gASVAAAAAAAA"},
        {"list": {"list": []}},
        {"dict": []},
        {
            "list": [
                {"list": [{"list": [{"list": [{"list": [{"list": [{"list": [{"list": []}]}]}]}]}]}]}
            ]
        },
        1 << 2000,
    ],
    ids=str,
)
def test_a_forged_value_is_refused(form):
    with pytest.raises(ValueError):
        from_json(form)


def test_more_numbers_than_may_be_are_refused():
    data = base64.b64encode(bytes(MOST_NUMBERS + 1)).decode()
    with pytest.raises(ValueError, match="too many numbers"):
        from_json({"array": ["|b1", [MOST_NUMBERS + 1], data]})
