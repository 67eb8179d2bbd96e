"""An assignment with a question that a person grades."""

from coursework.questions import Call, Question
from coursework.sandbox import Limits

PACKAGES = ("numpy",)
LIMITS = Limits(cell_seconds=1, call_seconds=1, seconds=60)


def twice(rng):
    xs = rng.normal(size=(2, 3))
    return [Call("twice", {"x": x}, 2 * x, "multiply by 2") for x in xs]


QUESTIONS = (
    Question("q1", "twice", 2, twice),
    Question("q2", "what is a gate?", 3, None),
)
