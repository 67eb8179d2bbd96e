"""A test that compares something long and fails says so in seconds."""

import random
from contextlib import contextmanager
from io import BytesIO
from time import process_time

import pytest
from pages import difference
from PIL import Image

RANDOM = random.Random(0)
LINES, OTHERS = ("\n".join(str(RANDOM.random()) for _ in range(3_000)) for _ in range(2))
LINE, OTHER = LINES.replace("\n", " "), OTHERS.replace("\n", " ")

COMPARED = {
    "files": (RANDOM.randbytes(4_000), RANDOM.randbytes(4_000), "At index 0 diff: b'"),
    "lists": (LINES.split(), OTHERS.split(), "At index 0 diff: '0."),
    "texts": ("\n" + LINES, "\n" + OTHERS, "long texts, which first differ in line 2:\n'"),
    "one is short": (LINES[:5_000], OTHERS, "which first differ in line 1"),
    "one line": ("!" + LINE, "?!" + LINE, "which first differ in line 1:\n'!0."),
    "two places": (f"1\n{LINES}\n1", f"2\n{LINES}\n2", "- 2\n"),
    "short texts": (LINES[:3_000], OTHERS[:3_000], "- 0."),
}


@pytest.mark.parametrize(("one", "other", "said"), COMPARED.values(), ids=COMPARED)
def test_what_differs_is_said_in_seconds(one, other, said):
    with fails_in_seconds(said):
        assert one == other


def test_what_should_not_be_there_is_said_in_seconds():
    with fails_in_seconds("which first differ in line 1:\n'5"):
        assert LINE[:9] not in LINE


@contextmanager
def fails_in_seconds(said):
    began = process_time()
    with pytest.raises(AssertionError) as failure:
        yield
    assert process_time() - began < 5
    assert said in str(failure.value) and len(str(failure.value)) < 5_000


def png(width=3, at=None):
    picture = Image.new("RGB", (width, 3))
    if at:
        picture.putpixel(at, (0, 0, 1))
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def test_where_pictures_differ_is_said():
    assert difference(png(), png()) == ""
    assert difference(png(), png(4)) == "one has (3, 3) pixels, the other (4, 3)"
    assert difference(png(), png(at=(1, 2))) == "they differ within (1, 2, 2, 3)"
