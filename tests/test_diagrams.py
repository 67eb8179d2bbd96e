"""The drawings say what the cells compute, are well formed, and can be read on a phone."""

import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from lstm_lib import diagrams
from lstm_lib.cells import LSTMCell, RNNCell
from lstm_lib.graph import trace

SVG = "{http://www.w3.org/2000/svg}"
STEPS = ("forget", "input", "update", "output", "belt")

LSTM_VALUES = {"x", "h_prev", "c_prev", "f", "i", "c_tilde", "o", "c", "h"}
LSTM_VALUES |= {"f*c_prev", "i*c_tilde", "tanh(c)"}
WIDEST = dict.fromkeys(LSTM_VALUES, -9.99)

DRAWINGS = {
    "lstm": diagrams.lstm(),
    **{f"lstm, {step}": diagrams.lstm(lit=step) for step in STEPS},
    "rnn": diagrams.rnn(),
    "gate": diagrams.gate(),
    "lstm chain": diagrams.chain("lstm"),
    "rnn chain": diagrams.chain("rnn"),
    "legend": diagrams.legend(),
}
WITH_VALUES = {
    "lstm with values": diagrams.lstm(WIDEST),
    "rnn with values": diagrams.rnn(WIDEST),
    "gate with values": diagrams.gate(WIDEST),
}
CELLS = {
    "lstm": LSTMCell,
    "gate": LSTMCell,
    "lstm chain": LSTMCell,
    "rnn": RNNCell,
    "rnn chain": RNNCell,
}

every_drawing = pytest.mark.parametrize("name", DRAWINGS)


def parsed(name):
    return ET.fromstring((DRAWINGS | WITH_VALUES)[name].svg)


def marked(root, attribute):
    """Every value of ``attribute`` in the drawing."""
    return {element.get(attribute) for element in root.iter() if attribute in element.attrib}


# What a drawing says


@every_drawing
def test_a_screen_reader_finds_title_and_description(name):
    root = parsed(name)
    assert root.get("role") == "img"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("aria-labelledby").split() == [title.get("id"), description.get("id")]
    assert title.text
    assert description.text.endswith(".")


def test_no_two_drawings_share_an_id():
    drawings = DRAWINGS | WITH_VALUES
    ids = [id for name in drawings for id in marked(parsed(name), "id")]
    assert len(ids) == len(set(ids)) == 2 * len(drawings)


@pytest.mark.parametrize("name", CELLS)
def test_every_wire_carries_a_value_of_the_cell(name):
    graph = trace(CELLS[name])
    for value in marked(parsed(name), "data-wire"):
        assert value in graph.inputs or value in graph, value


def test_every_value_of_the_step_has_a_wire_and_a_chip():
    root = parsed("lstm with values")
    assert marked(root, "data-wire") == marked(root, "data-value") == LSTM_VALUES


def test_a_chip_shows_two_decimals_and_a_true_minus_sign():
    root = ET.fromstring(diagrams.lstm({"f": 0.951, "c_prev": -12.34, "W_f": 3.0}).svg)
    numbers = {e.get("data-value"): e.text for e in root.iter() if e.get("data-value")}
    assert numbers == {"f": "0.95", "c_prev": "\N{MINUS SIGN}12.34"}


@pytest.mark.parametrize(
    ("step", "lit"),
    [
        ("forget", "h_prev x f"),
        ("input", "h_prev x i c_tilde"),
        ("update", "c_prev f f*c_prev i c_tilde i*c_tilde c"),
        ("output", "h_prev x o c tanh(c) h"),
        ("belt", "c_prev f*c_prev c"),
    ],
)
def test_a_step_lights_what_its_equation_names(step, lit):
    root = parsed(f"lstm, {step}")
    assert root.get("data-lit") == step
    wires = {
        element.get("data-wire")
        for element in root.iter()
        if element.get("data-wire") and step in element.get("data-step", "").split()
    }
    assert wires == set(lit.split())


def test_an_unknown_step_or_chain_is_refused():
    with pytest.raises(ValueError, match="lit is 'remember', expected one of None, 'forget'"):
        diagrams.lstm(lit="remember")
    with pytest.raises(ValueError, match="kind is 'gru', expected 'rnn' or 'lstm'"):
        diagrams.chain("gru")


# What a drawing is to Python


def test_a_drawing_shows_itself_and_says_its_name():
    drawing = diagrams.lstm()
    assert drawing._repr_html_() == drawing.svg
    assert repr(drawing) == "<Drawing: LSTM module>"


@every_drawing
def test_the_style_of_a_drawing_reaches_nothing_else_on_the_page(name):
    style = parsed(name).find(f"{SVG}style").text
    rules = re.sub(r"/\*.*?\*/|@media print {", "", style).split("{")[:-1]
    for selector in (rule.rsplit("}", 1)[-1] for rule in rules):
        assert all(".drawing" in one for one in re.split(r",(?![^(]*\))", selector)), selector


def test_a_saved_drawing_stands_alone_and_follows_the_system(tmp_path):
    file = tmp_path / "lstm.svg"
    diagrams.lstm().save(file)
    text = file.read_text(encoding="utf-8")
    assert ET.fromstring(text).get("viewBox")
    assert "prefers-color-scheme: dark" in text
    assert "data-theme" not in text


# What a drawing looks like

PHONE = 358
SMALLEST = 10.5

MEASURE = """() => {
  // The ink of every piece of text, the outline of every box, and points along every wire, in the
  // units of the drawing; `part` tells which pieces belong together.
  const svg = document.querySelector("svg");
  const pen = document.createElement("canvas").getContext("2d");
  const parts = [...svg.querySelectorAll("g")];
  const part = element => parts.indexOf(element.closest("g"));
  const texts = [], boxes = [], wires = [];
  const walker = document.createTreeWalker(svg, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, words = walker.currentNode.data;
    const text = element.closest("text");
    if (!text || !words.trim()) continue;
    // Where this piece starts among the characters of the whole text.
    const before = document.createRange();
    before.setStart(text, 0);
    before.setEnd(walker.currentNode, 0);
    const first = before.toString().length;
    const look = getComputedStyle(element);
    pen.font = `${look.fontStyle} ${look.fontWeight} ${look.fontSize} ${look.fontFamily}`;
    const ink = pen.measureText(words), {x, y} = text.getStartPositionOfChar(first);
    texts.push({
      words, part: part(text), own: text.classList.value, size: parseFloat(look.fontSize),
      left: x - ink.actualBoundingBoxLeft, right: x + ink.actualBoundingBoxRight,
      top: y - ink.actualBoundingBoxAscent, bottom: y + ink.actualBoundingBoxDescent,
    });
  }
  for (const box of svg.querySelectorAll(".chip rect, .layer rect, .operation :is(rect, circle)")) {
    const {x, y, width, height} = box.getBBox();
    boxes.push({
      words: box.closest("g").classList.value, part: part(box),
      left: x, right: x + width, top: y, bottom: y + height,
    });
  }
  for (const path of svg.querySelectorAll(".wire path"))
    for (let along = 0; along <= path.getTotalLength(); along += 2) {
      const {x, y} = path.getPointAtLength(along);
      wires.push({words: path.parentElement.dataset.wire, left: x, right: x, top: y, bottom: y});
    }
  const {width, height} = svg.viewBox.baseVal;
  return {texts, boxes, wires, width, height};
}"""


@pytest.fixture(scope="module", params=DRAWINGS | WITH_VALUES)
def measured(browser, request):
    page = browser.new_page(viewport={"width": 800, "height": 600})
    page.set_content(f"<!doctype html><body>{(DRAWINGS | WITH_VALUES)[request.param].svg}")
    yield page.evaluate(MEASURE)
    page.close()


def overlap(one, other, clear=0.0):
    """Whether two boxes come closer than ``clear``."""
    return (
        one["left"] < other["right"] + clear
        and other["left"] < one["right"] + clear
        and one["top"] < other["bottom"] + clear
        and other["top"] < one["bottom"] + clear
    )


def test_text_is_large_enough_on_a_phone(measured):
    scale = PHONE / measured["width"]
    for text in measured["texts"]:
        assert text["size"] * scale >= SMALLEST, text["words"]


def test_no_text_touches_other_text_or_another_box(measured):
    texts = measured["texts"]
    for one, other in combinations(texts, 2):
        if one["part"] != other["part"] or one["part"] == -1:
            assert not overlap(one, other, clear=2), (one["words"], other["words"])
    for text in texts:
        for box in measured["boxes"]:
            if text["part"] != box["part"]:
                assert not overlap(text, box, clear=2), (text["words"], box["words"])


def test_chips_layers_and_operations_do_not_touch(measured):
    for one, other in combinations(measured["boxes"], 2):
        assert not overlap(one, other, clear=4), (one["words"], other["words"])


def test_labels_are_clear_of_wires(measured):
    boxed = {box["part"] for box in measured["boxes"]}
    for text in measured["texts"]:
        if text["part"] in boxed:
            continue
        for wire in measured["wires"]:
            assert not overlap(text, wire, clear=4), (text["words"], wire["words"])


def test_text_stays_in_its_box_and_in_the_drawing(measured):
    boxes = {box["part"]: box for box in measured["boxes"]}
    sheet = {"left": 0, "top": 0, "right": measured["width"], "bottom": measured["height"]}
    for text in measured["texts"]:
        around = boxes.get(text["part"], sheet)
        assert around["left"] <= text["left"] and text["right"] <= around["right"], text["words"]
        assert around["top"] <= text["top"] and text["bottom"] <= around["bottom"], text["words"]


def test_the_picture_of_the_readme_is_what_the_code_draws(tmp_path):
    diagrams.lstm().save(tmp_path / "lstm.svg")
    stored = Path(__file__).parent.parent / "book" / "static" / "lstm.svg"
    assert stored.read_bytes() == (tmp_path / "lstm.svg").read_bytes()
