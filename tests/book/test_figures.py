"""A stored figure is the one that its code draws now.

nbval looks at the same execution, but it neither compares images nor looks into a widget. The
structure has to be the same, and numbers within what may differ from machine to machine.
"""

import base64
import io
import math
import re

import nbformat
import numpy as np
import pytest
from executed import executed, failures
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image
from stored import NOTEBOOKS, code_cells, models, read, views

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)

TOLERANCE = 1e-3
"""Of a number in a figure; in a drawing, a thousandth of a pixel or a thousandth of the number."""
TOKEN = re.compile(r"#[0-9a-fA-F]{6}\b|-?\d+(?:\.\d+)?(?:e[-+]?\d+)?|[^\d#-]+|[#-]")


def differences(stored, drawn, where):
    """The places in which two figures differ: texts, or what JSON can hold."""
    if isinstance(stored, dict) and isinstance(drawn, dict):
        for key in stored.keys() ^ drawn.keys():
            yield f"{where}: {key} is only {'stored' if key in stored else 'drawn'}"
        for key in stored.keys() & drawn.keys():
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
    for k, made in enumerate(dict.fromkeys(re.findall(r'\bid="([\w.]*[0-9a-f]{10})"', text))):
        text = text.replace(made, f"made-{k}")
    return [float(t) if re.match(r"-?\d", t) else t for t in TOKEN.findall(text)]


def same(one, other):
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return one == other


def shown_twice(path):
    """Each output as it is stored and as it comes out now, and where."""
    for failure in failures(path).values():
        pytest.fail(f"{path.name}, {failure}", pytrace=False)
    cells = zip(code_cells(read(path)), code_cells(executed(path)), strict=True)
    for number, (cell, again) in enumerate(cells, 1):
        where = f"{path.name}, cell [{number}]"
        stored, now = (list(map(kinds, each.outputs)) for each in (cell, again))
        assert stored == now, f"{where} shows something else than is stored:\n{cell.source}"
        for one, other in zip(cell.outputs, again.outputs, strict=True):
            yield where, one.get("data", {}), other.get("data", {})


def kinds(output):
    """What an output consists of: its type, and the MIME types of what it shows."""
    return output.output_type, *sorted(output.get("data", ()))


@every_notebook
def test_stored_pictures_and_tables_are_what_the_code_draws(path):
    for where, stored, drawn in shown_twice(path):
        for mime in stored.keys() & {"text/html", "image/svg+xml"}:
            assert not list(differences(stored[mime], drawn[mime], f"{where}, {mime}"))


@every_notebook
def test_stored_images_are_what_the_code_draws(path):
    for where, stored, drawn in shown_twice(path):
        for mime in stored.keys() & {"image/png", "image/jpeg"}:
            one, other = pixels(stored[mime]), pixels(drawn[mime])
            assert one.shape == other.shape, where
            assert np.abs(one - other).mean() < 0.5, where  # of 255


def pixels(image):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(image))).convert("RGBA"), float)


@every_notebook
def test_stored_widgets_are_what_the_code_makes(path):
    assert not failures(path), f"{path.name}, {next(iter(failures(path).values()))}"
    notebook = read(path)
    stored, made = models(notebook), models(executed(path))
    assert stored.keys() == made.keys(), f"{path.name} makes other widgets than are stored"
    cells = code_cells(notebook)
    shown = {model: f"cell [{cells.index(cell) + 1}]" for cell, model, _ in views(notebook)}
    for model_id in stored:
        where = f"{path.name}, {shown.get(model_id, 'not shown')}, {stored[model_id]['model_name']}"
        assert not list(differences(stored[model_id], made[model_id], where))


# What these tests say

SHOW = """\
class Show:
    def _repr_html_(self):
        return "<svg width='7.0002'></svg>"
    def __repr__(self):
        return "a drawing"
Show()"""


@pytest.fixture
def compare(tmp_path):
    """Compare a notebook of some cells with stored widths; what the first complaint says."""

    def compare(*cells):
        path = tmp_path / "example.ipynb"
        cells = [new_code_cell(source, outputs=list(outputs)) for source, *outputs in cells]
        nbformat.write(new_notebook(cells=cells), path)
        try:
            test_stored_pictures_and_tables_are_what_the_code_draws(path)
        except (AssertionError, pytest.fail.Exception) as complaint:
            return str(complaint)
        return "nothing"

    return compare


def drawing(width):
    shown = {"text/html": f"<svg width='{width}'></svg>", "text/plain": "a drawing"}
    return new_output("execute_result", shown, execution_count=1)


def test_numbers_may_differ_by_the_tolerance(compare):
    assert compare(["x = 1"], [SHOW, drawing(7)]) == "nothing"


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        (
            [SHOW, drawing(7.1)],
            "example.ipynb, cell [2], text/html: after",
        ),
        (["x = 2", drawing(7)], "example.ipynb, cell [2] shows something else than is stored"),
        (["x = 2\n1 / 0", drawing(7)], "example.ipynb, cell [2], line 2: ZeroDivisionError"),
        (["import os\nos._exit(1)"], "example.ipynb, cell [2]: Ended: ended its kernel"),
    ],
    ids=["differs", "shows-nothing", "raises", "dies"],
)
def test_a_figure_that_is_not_the_stored_one_is_named(compare, cell, complaint):
    assert complaint in compare(["x = 1"], cell, ["x = 3"])
