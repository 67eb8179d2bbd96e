"""The drawings say what the cells compute, are well formed, and can be read on a phone."""

import inspect
import json
import re
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from stored import ROOT

from lstm_lib import diagrams, equations
from lstm_lib.cells import LSTMCell
from lstm_lib.diagrams.shapes_of_problems import PLACES
from lstm_lib.equations import trace

SVG = "{http://www.w3.org/2000/svg}"
STEPS = ("forget", "input", "update", "output", "belt", "kept", "memory")
GRU_STEPS = ("reset", "candidate", "update", "belt", "difference")

LSTM_VALUES = {"x", "h_prev", "c_prev", "f", "i", "c_tilde", "o", "c", "h"}
LSTM_VALUES |= {"f*c_prev", "i*c_tilde", "tanh(c)"}
GRU_VALUES = {"x", "h_prev", "r", "r*h_prev", "z", "h_tilde", "z*h_tilde", "(1-z)*h_prev", "h"}


def known_by(cell, draw):
    """The function that draws a cell, or the cell, if that draws several."""
    return getattr(draw, "__name__", cell.__name__)


MODULES = {known_by(cell, draw): (draw, cell) for cell, draw in diagrams.MODULES.items()}
"""How each module is drawn, and the cell that it is a drawing of."""
VARIANTS = {
    name: (draw, cell)
    for name, (draw, cell) in MODULES.items()
    if "lit" in inspect.signature(draw).parameters and name not in ("lstm", "gru")
}
"""Those that are a known module with a difference."""
KNOWN = {
    "the LSTM": "lstm",
    "the LSTM with peepholes": "peephole",
    "the GRU": "gru",
    "the RNN": "rnn",
}
"""The known module, as a title calls it."""


def all_values(cell):
    """A number as wide as a chip may show, for every value of a cell."""
    graph = trace(cell)
    return dict.fromkeys({*map(str, graph.order), *graph.symbols}, -9.99)


DRAWINGS = {
    **{name: draw() for name, (draw, _) in MODULES.items()},
    **{f"{name}, difference": draw(lit="difference") for name, (draw, _) in VARIANTS.items()},
    **{f"lstm, {step}": diagrams.lstm(lit=step) for step in STEPS},
    **{f"gru, {step}": diagrams.gru(lit=step) for step in GRU_STEPS},
    **{f"peephole {p}": diagrams.peephole(peepholes=tuple(p)) for p in ("f", "i", "o", "io")},
    "belt": diagrams.belt(),
    "gate": diagrams.gate(),
    "lstm chain": diagrams.chain("lstm"),
    "rnn chain": diagrams.chain("rnn"),
    "legend": diagrams.legend(),
    "loop": diagrams.loop(),
    "problem shapes": diagrams.problem_shapes(),
    "stacked": diagrams.stacked(),
    "both directions": diagrams.both_directions(),
    "three gates": diagrams.three_gates(),
}
WITH_VALUES = {
    **{f"{name} with values": draw(all_values(cell)) for name, (draw, cell) in MODULES.items()},
    "gate with values": diagrams.gate(all_values(LSTMCell)),
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


def test_every_value_of_the_step_has_a_wire_and_a_chip():
    root = parsed("lstm with values")
    assert marked(root, "data-wire") == marked(root, "data-value") == LSTM_VALUES
    root = parsed("gru with values")
    assert marked(root, "data-wire") == GRU_VALUES | {"1-z"}  # its wire is too short for a number
    assert marked(root, "data-value") == GRU_VALUES


def test_a_gru_fits_on_an_lstm_and_says_where_it_differs():
    lstm, gru = parsed("lstm"), parsed("gru")
    assert gru.get("viewBox") == lstm.get("viewBox")
    new = {element.get("data-wire") for element in gru.iter() if element.get("data-new")}
    assert {"r", "r*h_prev", "1-z"} <= new
    assert not {"x", "h_tilde", "z*h_tilde", "h"} & new
    assert not marked(lstm, "data-new")


@pytest.mark.parametrize("name", MODULES)
def test_a_module_shows_its_state_and_every_gate_with_its_number(name):
    cell = MODULES[name][1]
    numbers = marked(parsed(f"{name} with values"), "data-value")
    boxed = name == "grid"  # each LSTM is one box
    assert {"x", *cell.reads, *(() if boxed else cell.gates), *cell.state} <= numbers
    assert numbers <= {*all_values(cell)}


def test_the_switch_of_a_clockwork_rnn_stands_as_its_clock_says():
    update, copy = (diagrams.clockwork({"clock": ticks}).svg for ticks in (1, 0))
    assert update != copy
    lever = "M362 {}L424 226"
    assert lever.format(226) in update and lever.format(146) in copy
    assert lever.format(226) in diagrams.clockwork().svg


def test_a_chip_shows_two_decimals_and_a_true_minus_sign():
    root = ET.fromstring(diagrams.lstm({"f": 0.951, "c_prev": -12.34, "W_f": 3.0}).svg)
    numbers = {e.get("data-value"): e.text for e in root.iter() if e.get("data-value")}
    assert numbers == {"f": "0.95", "c_prev": "\N{MINUS SIGN}12.34"}


@pytest.mark.parametrize(
    ("module", "step", "lit"),
    [
        ("lstm", "forget", "h_prev x f"),
        ("lstm", "input", "h_prev x i c_tilde"),
        ("lstm", "update", "c_prev f f*c_prev i c_tilde i*c_tilde c"),
        ("lstm", "output", "h_prev x o c tanh(c) h"),
        ("lstm", "belt", "c_prev f*c_prev c"),
        ("gru", "reset", "h_prev x r r*h_prev"),
        ("gru", "candidate", "r*h_prev x h_tilde"),
        ("gru", "update", "h_prev x z 1-z (1-z)*h_prev h_tilde z*h_tilde h"),
        ("gru", "belt", "h_prev (1-z)*h_prev h"),
    ],
)
def test_a_step_lights_what_its_equation_names(module, step, lit):
    root = parsed(f"{module}, {step}")
    assert root.get("data-lit") == step
    wires = {
        element.get("data-wire")
        for element in root.iter()
        if element.get("data-wire") and step in element.get("data-step", "").split()
    }
    assert wires == set(lit.split())


def wires(drawing, value):
    return [shape for shape in drawing.shapes if shape.kind == "wire" and shape.of == (value,)]


def test_a_loop_and_its_chain_are_six_modules_and_the_five_of_the_chain_pass_h_on():
    drawing = diagrams.loop()
    modules = [shape.points for shape in drawing.shapes if shape.kind == "layer"]
    assert len(modules) == len(wires(drawing, "x")) == 6
    shown = [w for w in wires(drawing, "h") if w.points[0][1] > w.points[-1][1]]
    assert len(shown) == 6
    (first, _), *chain = modules
    ((copy, *_, end),) = (w.points for w in wires(drawing, "h") if len(w.points) > 2)
    left, level = first[0], end[1]
    assert copy[0] == shown[0].points[0][0] and end == (left, level)
    passed = [w.points for w in wires(drawing, "h") if w.points[0][1] == w.points[-1][1]]
    for (_, (right, _)), ((left, _), _) in pairwise(chain):
        assert ((right, level), (left, level)) in passed


@pytest.mark.parametrize(
    ("place", "name", "steps", "inputs", "outputs"),
    [
        (0, "one to one", 1, 1, 1),
        (1, "one to many", 4, 1, 4),
        (2, "many to one", 4, 4, 1),
        (3, "many to many, aligned", 4, 4, 4),
        (4, "many to many, delayed", 4, 2, 2),
    ],
)
def test_a_shape_of_a_problem_reads_and_puts_out_as_its_name_says(
    place, name, steps, inputs, outputs
):
    drawing, (middle, height) = diagrams.problem_shapes(), PLACES[place]

    def its_own(shapes):
        places = [(shape, *shape.points[0]) for shape in shapes]
        return [s for s, x, y in places if abs(x - middle) < 28 * steps and abs(y - height) < 60]

    modules = its_own(shape for shape in drawing.shapes if shape.kind == "layer")
    assert len(modules) == steps
    assert len(its_own(wires(drawing, "x"))) == inputs
    level = [wire.points[0][1] == wire.points[-1][1] for wire in its_own(wires(drawing, "h"))]
    assert (level.count(True), level.count(False)) == (steps - 1, outputs)
    assert name in {text.text for text in parsed("problem shapes").iter(f"{SVG}text")}


@pytest.mark.parametrize(
    ("stage", "lit"),
    [
        ("kept", "h_prev x c_prev f f*c_prev"),
        ("memory", "h_prev x c_prev f f*c_prev i c_tilde i*c_tilde c"),
    ],
)
def test_a_stage_lights_the_module_as_far_as_it_is_built_up(browser, stage, lit):
    page = browser.new_page()
    page.set_content(diagrams.lstm(lit=stage).svg)
    # The wires that still have the colour of their quantity; they are found by their hue.
    seen = page.evaluate("""() => {
      const hue = (part) => getComputedStyle(part).getPropertyValue("--q");
      const root = document.querySelector("svg"), line = getComputedStyle(root)
        .getPropertyValue("--line");
      return [...root.querySelectorAll("[data-wire]")].filter((part) => hue(part) !== line)
        .map((part) => part.dataset.wire);
    }""")
    page.close()
    assert set(seen) == set(lit.split())


def test_equations_beside_a_drawing_are_those_of_its_cell_in_its_hues():
    both = diagrams.WithEquations(diagrams.lstm(), {"f": "what stays", "c": "the memory"})
    soup = BeautifulSoup(both.html, "html.parser")
    assert soup.find("svg").find("title").text == "LSTM module"
    lines = soup.find_all("li")
    assert [line["class"] for line in lines] == [["q-forget"], ["q-cell"]]
    assert [line.find("small").text for line in lines] == ["what stays", "the memory"]
    for name, line in zip("fc", lines, strict=True):
        assert line.find("span").decode_contents() == equations.html(trace(LSTMCell), name)
    assert repr(both) == "<LSTM module, with the equations of f, c>"
    assert both._repr_html_() == both.html


def test_without_a_choice_all_equations_stand_there_and_a_drawing_of_no_cell_has_none():
    lines = BeautifulSoup(diagrams.WithEquations(diagrams.lstm()).html, "html.parser")("li")
    assert len(lines) == len({"f", "i", "c_tilde", "o", "h", "c"})
    assert not any(line.find("small") for line in lines)
    with pytest.raises(ValueError, match="'Notation of the drawings' is a drawing of no cell"):
        diagrams.WithEquations(diagrams.legend())
    with pytest.raises(KeyError):
        diagrams.WithEquations(diagrams.lstm(), ["z"]).html  # noqa: B018


def test_an_equation_that_has_the_focus_dims_what_has_another_hue(browser):
    page = browser.new_page()
    page.set_content(diagrams.WithEquations(diagrams.lstm()).html)
    dimmed = """() => {
      const value = (node, name) => getComputedStyle(node).getPropertyValue(name);
      const line = value(document.querySelector("svg"), "--line");
      return [...document.querySelectorAll(".layer")].filter((part) => value(part, "--q") === line)
        .map((part) => part.querySelector(".name").textContent);
    }"""
    assert page.evaluate(dimmed) == []
    page.keyboard.press("Tab")
    assert page.evaluate(dimmed) == ["input", "candidate", "output"]
    page.locator(".layer.q-output").hover()
    marked = (
        "[...document.querySelectorAll('li')].map((li) => getComputedStyle(li).backgroundColor)"
    )
    page.evaluate("document.activeElement.blur()")
    colours = page.evaluate(marked)
    assert [k for k, colour in enumerate(colours) if colour != "rgba(0, 0, 0, 0)"] == [3]
    page.close()


def test_an_unknown_step_or_chain_is_refused():
    with pytest.raises(ValueError, match="lit is 'remember', expected one of None, 'forget'"):
        diagrams.lstm(lit="remember")
    with pytest.raises(ValueError, match="lit is 'forget', expected one of None, 'reset'"):
        diagrams.gru(lit="forget")
    with pytest.raises(ValueError, match="kind is 'gru', expected 'rnn' or 'lstm'"):
        diagrams.chain("gru")


# What a variant's drawing says


@pytest.mark.parametrize("name", VARIANTS)
def test_what_differs_from_the_known_module_is_marked_and_lit(name):
    root = parsed(f"{name}, difference")
    assert root.get("data-lit") == "difference"
    known = root.find(f"{SVG}title").text.partition(", what differs from ")[2]
    assert root.find(f"{SVG}desc").text.endswith(f" Lit: what differs from {known}.")
    new = {
        element.get("data-wire")
        for element in root.iter()
        if element.get("data-wire") and element.get("data-new")
    }
    assert marked(root, "data-wire") - marked(parsed(KNOWN[known]), "data-wire") <= new
    shapes = {ET.tostring(shape) for shape in parsed(KNOWN[known]).iter(f"{SVG}g")}
    changed = [g for g in root.iter(f"{SVG}g") if g.get("data-new")]
    assert changed and any(
        ET.tostring(g).replace(b' data-new="true"', b"") not in shapes for g in changed
    )


def test_the_lstm_marks_nothing_and_a_step_of_it_is_the_same_shape_in_a_variant():
    assert marked(parsed("lstm"), "data-new") == set()
    shapes = {
        name: {ET.tostring(shape) for shape in parsed(name).iter(f"{SVG}g")}
        for name in ("lstm", "peephole", "coupled")
    }
    known = {shape for shape in shapes["peephole"] if b"data-new" not in shape}
    assert known < shapes["lstm"]
    assert len(shapes["lstm"] - known) == 3  # the three layers that see more


def test_peepholes_are_dashed_and_any_subset_can_be_drawn():
    for subset in ("f", "i", "o", "io"):
        root = parsed(f"peephole {subset}")
        dashed = {g.get("data-wire") for g in root.iter() if "peephole" in g.get("class", "")}
        assert {wire[2] for wire in dashed if wire.startswith("p_")} == set(subset)
    assert ".peephole path:not(.head) { stroke-dasharray" in diagrams.peephole().svg
    with pytest.raises(ValueError, match="no peephole for 'c_tilde'"):
        diagrams.peephole(peepholes=("c_tilde",))


@pytest.mark.parametrize(
    ("name", "places"),
    {"lstm": 0, "coupled": 1, "lstm_1997": 2, "NIGCell": 2, "NOGCell": 2, "NOAFCell": 1}.items(),
)
def test_a_ghost_stands_where_something_is_missing(name, places):
    ghosts = [g for g in parsed(name).iter(f"{SVG}g") if g.get("class") == "ghost"]
    assert len(ghosts) == places
    assert all(g.get("data-new") and not g.get("data-wire") for g in ghosts)


def test_without_peepholes_the_module_is_the_lstm_with_ghosts_of_wires():
    shapes = {
        name: [
            ET.tostring(g) for g in parsed(name).iter(f"{SVG}g") if "ghost" not in g.get("class")
        ]
        for name in ("lstm", "NPCell")
    }
    unmarked = [shape.replace(b' data-new="true"', b"") for shape in shapes["NPCell"]]
    assert unmarked == shapes["lstm"]
    assert any(g.get("class") == "ghost peephole" for g in parsed("NPCell").iter(f"{SVG}g"))


def test_a_variant_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="variant is 'nope', expected one of nig, nfg"):
        diagrams.greff("nope")


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_lights_its_difference_or_nothing(name):
    with pytest.raises(ValueError, match="lit is 'forget', expected None or 'difference'"):
        VARIANTS[name][0](lit="forget")


def test_in_a_stack_h_goes_up_and_in_both_directions_one_row_runs_from_right_to_left():
    def level(drawing):
        ways = [s.points for s in drawing.shapes if s.kind.startswith("wire") and s.arrow]
        return [(start, end) for start, *_, end in ways if start[1] == end[1]]

    rows = {"stacked": (1, 1), "both directions": (-1, 1)}  # from above
    for name, signs in rows.items():
        heights = sorted({start[1] for start, _ in level(DRAWINGS[name])})
        upper, lower = heights[:2], heights[2:]
        for row, sign in zip((upper, lower), signs, strict=True):
            runs = [(start, end) for start, end in level(DRAWINGS[name]) if start[1] in row]
            assert len(runs) == 8 and all((b[0] - a[0]) * sign > 0 for a, b in runs)
    between = [s for s in DRAWINGS["stacked"].shapes if s.gives == ("h",) and s.arrow]
    assert sum(s.points[0][0] == s.points[-1][0] for s in between) == 6  # h goes straight up
    copies = [s for s in DRAWINGS["both directions"].shapes if s.kind == "dot"]
    assert [s.gives for s in copies] == 3 * [("x",)]  # both rows read the same x


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
  return JSON.stringify({texts, boxes, wires, width, height});  // as a text it comes faster
}"""


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page(viewport={"width": 800, "height": 600})
    page.set_content("<!doctype html><body></body>")
    yield page
    page.close()


@pytest.fixture(scope="module", params=DRAWINGS | WITH_VALUES)
def measured(page, request):
    svg = (DRAWINGS | WITH_VALUES)[request.param].svg
    page.evaluate("(svg) => { document.body.innerHTML = svg; }", svg)
    return json.loads(page.evaluate(MEASURE))


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
    stored = ROOT / "book" / "static" / "lstm.svg"
    assert stored.read_bytes() == (tmp_path / "lstm.svg").read_bytes()
