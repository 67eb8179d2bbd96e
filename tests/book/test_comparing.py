"""A test that compares something long and fails says so in seconds."""

import random
from io import BytesIO
from time import process_time

import pytest
from pages import difference
from PIL import Image

RANDOM = random.Random(0)
LINES, OTHER_LINES = ("\n".join(str(RANDOM.random()) for _ in range(3_000)) for _ in range(2))

CASES = {
    "files": (RANDOM.randbytes(4_000), RANDOM.randbytes(4_000), "At index 0 diff: b'"),
    "lists": (LINES.split(), OTHER_LINES.split(), "At index 0 diff: '0."),
    "texts": ("\n" + LINES, "\n" + OTHER_LINES, "from line 2 on, the texts differ:\n'"),
    "one line": (LINES.replace("\n", " "), OTHER_LINES.replace("\n", " "), "from line 1 on"),
    "one place": (f"{LINES}\n1\n{LINES}", f"{LINES}\n2\n{LINES}", "- 2\n"),
    "short texts": (LINES[:3_000], OTHER_LINES[:3_000], "- 0."),
}


@pytest.mark.parametrize(("one", "other", "said"), CASES.values(), ids=CASES)
def test_it_is_said_in_seconds(one, other, said):
    began = process_time()
    with pytest.raises(AssertionError) as failure:
        assert one == other
    assert process_time() - began < 5
    assert said in str(failure.value) and len(str(failure.value)) < 2_000


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
