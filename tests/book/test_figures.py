"""A stored figure is the one that its code draws now.

nbval looks at the same execution, but it neither compares images nor looks into a widget. The
structure has to be the same, and numbers within what may differ from machine to machine; where
they come from training, only the words are compared.
"""

import base64
import io
import math
import re

import numpy as np
import pytest
from bs4 import BeautifulSoup
from executed import executed
from PIL import Image
from stored import NOTEBOOKS, code_cells, models, read

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)

TOLERANCE = 1e-3
"""Of a number in a figure; in a drawing, a thousandth of a pixel or a thousandth of the number."""
TOKEN = re.compile(r"#[0-9a-fA-F]{6}\b|-?\d+(?:\.\d+)?(?:e[-+]?\d+)?|[^\d#-]+|[#-]")


def differences(stored, drawn, where):
    """The places in which two figures differ: texts, or what JSON can hold."""
    if isinstance(stored, dict) and isinstance(drawn, dict) and stored.keys() == drawn.keys():
        for key in stored:
            yield from differences(stored[key], drawn[key], f"{where}, {key}")
    elif isinstance(stored, list) and isinstance(drawn, list) and len(stored) == len(drawn):
        for k, (one, other) in enumerate(zip(stored, drawn, strict=True)):
            yield from differences(one, other, f"{where}, {k}")
    elif isinstance(stored, str) and isinstance(drawn, str):
        yield from differences_in_text(pieces(stored), pieces(drawn), where)
    elif not same(stored, drawn):
        yield f"{where}: stored {stored!r:.80}, drawn {drawn!r:.80}"


def differences_in_text(stored, drawn, where):
    if len(stored) != len(drawn):
        yield f"{where}: stored {len(stored)} pieces, drawn {len(drawn)}"
        return
    for k, (one, other) in enumerate(zip(stored, drawn, strict=True)):
        if not same(one, other):
            context = "".join(map(str, stored[max(k - 6, 0) : k]))
            yield f"{where}: after {context!r} stored {one!r:.80}, drawn {other!r:.80}"


def pieces(text):
    """Text as a list of words and numbers. Ids that are made of a drawing's content are counted."""
    for k, made in enumerate(dict.fromkeys(re.findall(r'\bid="(\w*[0-9a-f]{10})"', text))):
        text = text.replace(made, f"made-{k}")
    return [float(t) if re.match(r"-?\d", t) else t for t in TOKEN.findall(text)]


def same(one, other):
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return one == other


@every_notebook
def test_stored_pictures_and_tables_are_what_the_code_draws(path):
    for stored, drawn in zip(code_cells(read(path)), code_cells(executed(path)), strict=True):
        for one, other in zip(stored.outputs, drawn.outputs, strict=True):
            one, other = one.get("data", {}), other.get("data", {})
            assert one.keys() == other.keys(), stored.source
            for mime in one.keys() & {"text/html", "image/svg+xml"}:
                if trained(stored):
                    assert labels(one[mime]) == labels(other[mime]), stored.source
                else:
                    assert not list(differences(one[mime], other[mime], mime)), stored.source


def trained(cell):
    """Its numbers come from training, which ends a little differently on each kind of processor;
    nbval passes such a cell over too."""
    return "nbval-ignore-output" in cell.metadata.get("tags", ())


def labels(html):
    """The words written in a drawing; its numbers are left out."""
    texts = (text.get_text() for text in BeautifulSoup(html, "html.parser").find_all("text"))
    return {text for text in texts if re.search("[a-z]{2}", text)}


@every_notebook
def test_stored_images_are_what_the_code_draws(path):
    for stored, drawn in zip(code_cells(read(path)), code_cells(executed(path)), strict=True):
        for one, other in zip(stored.outputs, drawn.outputs, strict=True):
            for mime in one.get("data", {}).keys() & {"image/png", "image/jpeg"}:
                one, other = pixels(one.data[mime]), pixels(other.data[mime])
                assert one.shape == other.shape, stored.source
                assert np.abs(one - other).mean() < 0.5, stored.source  # of 255


def pixels(image):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(image))).convert("RGBA"), float)


@every_notebook
def test_stored_widgets_are_what_the_code_makes(path):
    stored, made = models(read(path)), models(executed(path))
    assert stored.keys() == made.keys()
    for model_id in stored:
        name = stored[model_id]["model_name"]
        assert not list(differences(stored[model_id], made[model_id], name))
