"""A chapter asks no more of a reader than it announces, and no more than the book allows."""

from statistics import median
from types import SimpleNamespace

import nbformat
import pytest
from executed import executed, failures, seconds
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from stored import CHAPTERS, LABS

from book.reading import WIDGET_STATE, WIDGET_VIEW, lines, measure, read, words

CHAPTER = SimpleNamespace(text=1500, words=2000, lines=120, median=6, cell=12, minutes=20, run=20)
LAB = SimpleNamespace(text=1500, words=2000, lines=160, median=10, cell=20, minutes=20, run=45)
"""The most: words of running text, all words, visible lines of code, of the median and the longest
cell, minutes to read, seconds to run."""

SLOWER = 2
"""How many times as long a notebook may take when it is executed as on an old processor."""

every_page = pytest.mark.parametrize("path", [*CHAPTERS, *LABS], ids=lambda path: path.stem)


def budget(path):
    return LAB if path in LABS else CHAPTER


@every_page
def test_the_text_is_short(path):
    found = measure(read(path))
    assert found.text <= budget(path).text, "words of running text"
    assert found.words <= budget(path).words, "words with tables, claims, questions, exercises"


@every_page
def test_there_is_little_code_to_be_seen(path):
    found = measure(read(path))
    assert found.lines <= budget(path).lines, "visible lines of code"
    assert median(found.cells or [0]) <= budget(path).median, f"lines: {found.cells}"
    assert max(found.cells, default=0) <= budget(path).cell, f"lines: {found.cells}"


@every_page
def test_it_is_read_in_time(path):
    assert measure(read(path)).minutes <= budget(path).minutes, "minutes to read"


@every_page
def test_it_runs_in_time(path):
    assert not failures(path), f"{path.name}, {next(iter(failures(path).values()))}"
    assert seconds[path] <= SLOWER * budget(path).run, "seconds of the processor"


# How it is counted


@pytest.mark.parametrize(
    ("markdown", "count"),
    [
        ("Two words.", 2),
        ("A dash — is none, and 0.5 is one.", 8),
        ("**Bold**, *slanted* and `code = 1`", 5),
        ("$x_t$ is a symbol", 4),
        ("$$\nh = \\tanh(x)\n$$ (rnn-h-all)", 1),
        ("[chapter 4](04_cell_state_and_gates.ipynb) and [](notation.ipynb)", 4),
        ("Olah {cite:p}`olah2015understanding`, {numref}`Figure %s <fig-gap>`", 4),
        ("(place)=\n## A heading", 2),
        ("- one\n- two\n1. three", 3),
        (":::{admonition} In one minute\n:class: in-one-minute\n- short\n:::", 4),
        ("![a picture](lstm.svg) <br> <!-- nothing -->", 0),
    ],
)
def test_words_are_what_a_reader_reads(markdown, count):
    assert words(markdown) == count


def test_lines_of_code_are_those_that_are_not_empty():
    assert lines("x = 1\n\n\nfor k in x:\n    y = k\n") == 3


def code(source, *outputs, tags=(), caption=""):
    metadata = {"tags": list(tags)}
    if caption:
        metadata["mystnb"] = {"figure": {"caption": caption}}
    return new_code_cell(source, outputs=list(outputs), metadata=metadata)


DRAWING = new_output("execute_result", {"text/html": "<svg></svg>", "text/plain": "a drawing"})
PRINTED = new_output("stream", text="1\n")

PAGE = [
    (new_markdown_cell("# A title\n\n*A promise of five words.*"), {"text": 7}),
    (
        code("draw()", DRAWING, tags=["remove-input"], caption="Two words."),
        {"text": 2, "figures": 1},
    ),
    (code("import numpy", tags=["hide-input"]), {}),
    (code("x = 1\n\nprint(x)", PRINTED), {"cells": [2]}),
    (code("# one is one\nassert 1 == 1", tags=["claim"]), {"beside": 3, "claims": ["one is one"]}),
    (new_markdown_cell("| a | b |\n|---|---|\n| c | d e |\n\nText."), {"beside": 5, "text": 1}),
    (new_markdown_cell("Text.\n\n```python\na = 1\n```"), {"text": 1, "blocks": [1]}),
    (new_markdown_cell("Text.\n\n## Exercises\nDo it."), {"text": 1, "beside": 3}),
    (code("x = 1\ny = 2", DRAWING, tags=["hide-cell"]), {}),
    (new_markdown_cell("## Where to go next\nThere."), {"text": 5}),
]
"""The cells of a page, each with what it adds."""


def test_of_a_question_the_answers_and_the_right_reason_are_counted():
    reasons = [("true", "it is so"), ("false", "it is not quite so")]
    html = "<legend>Which one?</legend>" + "".join(
        f'<label data-right="{right}"><span>this</span></label><p hidden>{reason}</p>'
        for right, reason in reasons
    )
    state = {"state": {"_anywidget_id": "lstm_lib.Question", "static_html": html}}
    shown = new_output("execute_result", {WIDGET_VIEW: {"model_id": "a"}, "text/plain": "?"})
    page = new_notebook(cells=[code("ask()", shown, tags=["remove-input"])])
    page.metadata["widgets"] = {WIDGET_STATE: {"state": {"a": state}}}
    found = measure(nbformat.from_dict(page))
    assert (found.beside, found.widgets) == (2 + 2 + 3, 0)


def test_a_page_is_the_sum_of_its_cells():
    found = measure(new_notebook(cells=[cell for cell, _ in PAGE]))
    for name in ("text", "beside", "figures"):
        assert getattr(found, name) == sum(added.get(name, 0) for _, added in PAGE), name
    for name in ("cells", "blocks", "claims"):
        assert getattr(found, name) == sum((added.get(name, []) for _, added in PAGE), []), name


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([new_markdown_cell("word " * 2000)], "10 minutes to read"),
        ([new_markdown_cell("word " * 250)], "1 minute to read"),
        ([code("x = 1\n" * 24)], "2 minutes to read"),
        ([code("draw()", DRAWING, tags=["remove-input"]) for _ in range(6)], "2 minutes to read"),
        ([code("# so\nassert 1", tags=["claim"])], "1 minute to read · 1 claim, checked"),
        (
            [code("# so\nassert 1", tags=["claim"]) for _ in range(2)],
            "1 minute to read · 2 claims, checked",
        ),
    ],
)
def test_what_is_printed_under_the_title(cells, said):
    assert measure(new_notebook(cells=cells)).summary() == said


def test_the_seconds_of_a_notebook_are_those_of_its_kernel(tmp_path):
    path = tmp_path / "busy.ipynb"
    busy = "import time\nwhile time.process_time() < 3: pass"
    nbformat.write(new_notebook(cells=[new_code_cell(busy)]), path)
    executed(path)
    assert 3 <= seconds[path] < 20
