"""In Python a widget is its graph: what is set stays set, and the rest follows."""

import itertools
import json
import re

import ipywidgets
import numpy as np
import pytest
from bs4 import BeautifulSoup
from hands import HANDS, PHONE, Keyboard
from mounted import markup, mounted, same_picture
from refusal import refused
from traitlets import TraitError

from lstm_lib import diagrams, equations, widgets
from lstm_lib.cells import ClockworkRNNCell, LSTMCell, PeepholeLSTMCell
from lstm_lib.cells.functions import sigmoid, tanh
from lstm_lib.equations import trace
from lstm_lib.equations.notation import number, two_figures
from lstm_lib.sequences import unroll
from lstm_lib.sequences.bptt import lstm_backward
from lstm_lib.widgets import (
    Clocks,
    ConveyorBelt,
    ForgetBias,
    Latch,
    MemoryByHand,
    Peepholes,
    Question,
    SequencePlayer,
    StepByStep,
    TwoRoads,
    VariantSwitch,
    WRec,
)
from lstm_lib.widgets.base import EquationWidget
from lstm_lib.widgets.peepholes import GATES as PEEPHOLES
from lstm_lib.widgets.peepholes import SEEN
from lstm_lib.widgets.variant_switch import TWINS, VARIANTS

PUBLIC = [getattr(widgets, name) for name in widgets.__all__]
EQUATION_WIDGETS = [each for each in PUBLIC if issubclass(each, EquationWidget)]
every_widget = pytest.mark.parametrize("cls", EQUATION_WIDGETS)


def modes(cls):
    """The widget in each of its modes, with the graph that computes it there."""
    for mode, graph in cls()._python_graphs.items():
        widget = cls()
        widget.mode = mode
        yield widget, graph


def inputs(widget, graph):
    return {name: getattr(widget, name) for name in graph.inputs}


def assert_computed(widget, graph):
    expected = graph.evaluate(**inputs(widget, graph))
    for name in expected.keys() & set(widget.names):
        assert getattr(widget, name) == pytest.approx(expected[name], abs=1e-12), name


# Values


@every_widget
def test_every_value_can_be_read_and_is_what_the_graph_computes(cls):
    for widget, graph in modes(cls):
        assert {*graph.inputs, *graph.outputs} <= set(widget.names)
        assert all(isinstance(getattr(widget, name), float) for name in widget.names)
        assert_computed(widget, graph)


@every_widget
def test_every_input_can_be_set_and_the_others_follow(cls):
    for widget, graph in modes(cls):
        for k, name in enumerate(graph.inputs):
            setattr(widget, name, 0.9 - 0.04 * k)
            assert getattr(widget, name) == 0.9 - 0.04 * k
            assert_computed(widget, graph)


@every_widget
def test_a_computed_value_cannot_be_set(cls):
    for widget, graph in modes(cls):
        before = {name: getattr(widget, name) for name in widget.names}
        for name in before.keys() - set(graph.inputs):
            others = ", ".join(graph.inputs)
            with refused(
                AttributeError, f"{name} is computed here, from {others}: set those instead"
            ):
                setattr(widget, name, 0.5)
        assert {name: getattr(widget, name) for name in widget.names} == before


@every_widget
def test_whoever_observes_a_value_hears_of_its_changes(cls):
    for widget, graph in modes(cls):
        heard = []
        widget.observe(lambda change, heard=heard: heard.append(change.name), names=widget.names)
        before = {name: getattr(widget, name) for name in widget.names}
        for name in graph.inputs:
            setattr(widget, name, getattr(widget, name) + 0.125)
        changed = {name for name in widget.names if getattr(widget, name) != before[name]}
        assert changed <= set(heard)
        assert changed - set(graph.inputs)  # computed ones among them


@every_widget
def test_a_choice_takes_its_options_and_no_others(cls):
    widget = cls()
    for choice, options in widget.choices.items():
        assert getattr(widget, choice) == options[0]
        for option in options:
            setattr(widget, choice, option)
        with pytest.raises(TraitError):
            setattr(widget, choice, "nothing of the kind")


@every_widget
def test_a_slider_of_ipywidgets_can_be_joined_to_every_value(cls):
    widget = cls()
    for name in widget.names:
        link = ipywidgets.jslink((ipywidgets.FloatSlider(), "value"), (widget, name))
        assert link.target == (widget, name)


@pytest.mark.parametrize("cls", PUBLIC)
def test_a_widget_is_described_the_same_way_each_time(cls):
    needs = {
        Question: ("Which?", {"this": "Yes.", "that": "No."}),
        SequencePlayer: (LSTMCell(1, 1), np.zeros((1, 1)), ["a"]),
    }
    first, second = (repr(cls(*needs.get(cls, ()))) for _ in range(2))
    assert first == second
    assert re.fullmatch(rf"<{cls.__name__}: .+>", first)


# Markup


@every_widget
def test_the_static_figure_is_well_formed(cls):
    tags = re.findall(r"<(/?)(\w+)[^<>]*?(/?)>", cls().static_html)
    unclosed = []
    for closing, tag, empty in tags:
        if closing:
            assert unclosed.pop() == tag
        elif not empty and tag != "input":
            unclosed.append(tag)
    assert not unclosed
    assert len(markup(cls()).find_all(recursive=False)) == 1


@every_widget
def test_the_static_figure_shows_the_values_at_first(cls):
    widget, shown = cls(), markup(cls())
    graph = widget._python_graphs[widget.mode]
    values = {name: getattr(widget, name) for name in widget.names}
    values |= graph.evaluate(**inputs(widget, graph))
    for place in shown.find_all(attrs={"data-value": True}):
        digits = int(place.get("data-digits", 2))
        assert place.get_text() == number(values[place["data-value"]], digits)
    for place in shown.find_all(attrs={"data-two-figures": True}):
        assert place.get_text() == two_figures(values[place["data-two-figures"]])
    for place in shown.find_all(attrs={"data-bind": True}):
        properties = dict(re.findall(r"--([vw]): (\S+?)(?:;|$)", place["style"]))
        names = place["data-bind"].split()
        for letter, name in zip("vw", names, strict=False):
            assert float(properties[letter]) == pytest.approx(values[name], abs=1e-4)
    for slider in shown.find_all("input", type="range"):
        assert float(slider["value"]) == pytest.approx(values[slider["data-input"]])
    for box in shown.find_all("input", type="checkbox"):
        assert box.has_attr("checked") == (values[box["data-input"]] != 0)
    for button in shown.find_all(attrs={"data-choice": True}):
        chosen = button["data-option"] == getattr(widget, button["data-choice"])
        assert button["aria-pressed"] == str(chosen).lower()


@every_widget
def test_every_slider_sets_an_input_within_its_range_and_has_a_name(cls):
    widget, shown = cls(), markup(cls())
    settable = {name for graph in widget._python_graphs.values() for name in graph.inputs}
    sliders = shown.find_all("input", type="range")
    boxes = shown.find_all("input", type="checkbox")
    assert sliders
    for control in (*sliders, *boxes):
        assert control["data-input"] in settable
        assert len(control["aria-label"].split()) >= 2
    for slider in sliders:
        low, value, high = (float(slider[key]) for key in ("min", "value", "max"))
        assert low <= value <= high
    names = [control["aria-label"] for control in (*sliders, *boxes)]
    assert len(set(names)) == len(names)


@every_widget
def test_every_button_offers_something_that_exists(cls):
    *buttons, reset = markup(cls()).select("button:not(.play, .more)")
    assert reset["class"] == ["reset"]
    for button in buttons:
        widget = cls()
        assert button.get_text().strip()
        if "data-preset" in button.attrs:
            press(widget, button)
            again = markup(widget).find("button", attrs={"data-preset": button["data-preset"]})
            assert again["aria-pressed"] == "true"
        else:
            setattr(widget, button["data-choice"], button["data-option"])


@every_widget
def test_a_widget_is_a_group_with_a_name_and_says_what_exists(cls):
    widget = cls()
    root = markup(widget).find()
    assert root["role"] == "group" and len(root["aria-label"].split()) >= 3
    results = json.loads(root.find(class_="said")["data-results"])
    assert results
    for choices in itertools.product(*widget.choices.values()):
        chosen = dict(zip(widget.choices, choices, strict=True))
        assert {name.format(**chosen) for name in results} <= set(widget.names)


# One by one


def press(widget, button):
    for name, value in json.loads(button["data-preset"]).items():
        setattr(widget, name, value)


def test_step_by_step_takes_inputs_only():
    widget = StepByStep(x=-0.5, W_f=2.0)
    assert (widget.x, widget.W_f) == (-0.5, 2.0)
    with pytest.raises(TypeError, match="not an input: gate"):
        StepByStep(gate=1.0)


def test_step_by_step_without_equations_has_no_weights_to_move():
    sliders = {s["data-input"] for s in markup(StepByStep(equations=False)).find_all("input")}
    assert sliders == {"x", "h_prev", "c_prev"}


def belt(story):
    """The cell state at each step of a story, as its button tells it."""
    widget = ConveyorBelt()
    press(widget, markup(widget).find("button", string=story))
    return [getattr(widget, f"c_{k}") for k in range(1, 13)]


@pytest.mark.parametrize(
    ("story", "state"),
    [
        ("Remember", [0] + [1] * 11),
        ("Forget at 8", [0] + [1] * 6 + [0] * 5),
        ("Fade", [0] + [0.8**k for k in range(11)]),
        ("Replace at 7", [0] + [1] * 5 + [-0.8] * 6),
        ("Count", [0, 0.5, 0.5, 1, 1.5, 1.5, 1.5, 1.5, 2, 2, 2.5, 2.5]),
    ],
)
def test_the_belt_does_what_the_story_says(story, state):
    assert belt(story) == pytest.approx(state)


def test_every_story_of_the_belt_is_tested():
    buttons = markup(ConveyorBelt()).select("button[data-preset]")
    (told,) = (mark for mark in test_the_belt_does_what_the_story_says.pytestmark)
    assert [b.get_text() for b in buttons] == [story for story, _ in told.args[1]]


MEMORY = {
    "counter": [0, 1, 1, 1, 2, 3, 3, 3, 3, 3, 4, 4],
    "resettable": [0, 1, 1, 1, 2, 3, 3, 3, 0, 0, 1, 1],
    "latch": [0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1],
}
"""What each goal asks of events at 2, 5, 6, 11 and a reset at 9, in blocks."""


@pytest.mark.parametrize("goal", MemoryByHand().choices["goal"])
def test_the_weights_on_show_meet_their_goal(goal):
    widget = MemoryByHand()
    widget.goal = goal
    press(widget, markup(widget).find(class_=f"for-{goal}").find("button"))
    state = [getattr(widget, f"c_{k}") / float(tanh(1.0)) for k in range(1, 13)]
    assert state == pytest.approx(MEMORY[goal], abs=0.06)
    assert markup(widget).find(class_="verdict")["data-is"] == "true"


@pytest.mark.parametrize("goal", MemoryByHand().choices["goal"])
def test_a_goal_is_solved_if_every_step_is_within_a_tenth_of_a_block(goal):
    widget, blocks = MemoryByHand(), np.array(MEMORY[goal])
    widget.goal = goal
    press(widget, markup(widget).find(class_=f"for-{goal}").find("button"))
    for weight in np.linspace(-20, 20, 41):  # from weights that do not meet it to those that do
        widget.W_i = float(weight)
        state = np.array([getattr(widget, f"c_{k}") for k in range(1, 13)])
        miss = abs(state - blocks * float(tanh(1.0))).max()
        assert getattr(widget, f"miss_{goal}") == pytest.approx(miss, abs=1e-12)
        verdict = markup(widget).find(class_="verdict")
        assert verdict["data-is"] == str(miss < 0.08).lower()
        assert verdict.get_text() == ("Not yet." if miss >= 0.08 else verdict["data-reached"])


@pytest.mark.parametrize("goal", MemoryByHand().choices["goal"])
def test_the_outline_of_a_goal_is_what_it_asks_for(goal):
    outline = markup(MemoryByHand()).find_all(class_=f"goal for-{goal}")
    heights = [float(re.search(r"--v: (\S+)", place["style"])[1]) for place in outline]
    assert heights == pytest.approx([tanh(1.0) * blocks for blocks in MEMORY[goal]], abs=1e-4)


@pytest.mark.parametrize("w", [0.9, 1.0, 1.1, 1.5])
def test_without_a_squash_signal_and_gradient_are_powers_of_the_weight(w):
    widget = WRec()
    buttons = markup(widget).find_all("button")
    press(widget, next(b for b in buttons if b.get_text() == f"U = {w:g}"))
    for k in range(1, 31):
        assert getattr(widget, f"h_{k}") == pytest.approx(w**k, rel=1e-12)
    for k in range(31):
        assert getattr(widget, f"d_{k}") == pytest.approx(w ** (30 - k), rel=1e-12)


@pytest.mark.parametrize("w", [0.5, 1.0, 1.5])
def test_with_tanh_the_gradient_is_the_slope_of_the_last_signal(w):
    widget = WRec()
    widget.mode, widget.U_h = "tanh", w

    def last(start):
        for _ in range(30):
            start = tanh(w * start)
        return start

    assert widget.h_30 == pytest.approx(last(1.0), rel=1e-12)
    slope = (last(1 + 1e-4) - last(1 - 1e-4)) / 2e-4
    assert widget.d_0 == pytest.approx(slope, rel=1e-3, abs=1e-9)


@pytest.mark.parametrize(
    "button", markup(Latch()).select("button[data-preset]"), ids=lambda b: b.get_text()
)
def test_a_latch_keeps_a_value_and_its_gradient_is_the_product_of_slopes(button):
    widget = Latch()
    press(widget, button)
    h, left = tanh(1.0), 1.0
    for k in range(2, 31):
        h = tanh(widget.U_h * h)
        left *= widget.U_h * (1 - h**2)
        assert getattr(widget, f"h_{k}") == pytest.approx(h, rel=1e-12)
    assert widget.d_1 == pytest.approx(left, rel=1e-12)
    assert (widget.h_30 > 0.4) == (widget.U_h > 1)


def test_a_latch_survives_a_push_that_is_not_too_hard():
    widget = Latch()
    for push, kept in ((-1.5, True), (-2.5, False)):
        widget.x_12 = push
        assert (widget.h_30 > 0.95) is kept
        assert (widget.h_30 < -0.95) is not kept


@pytest.mark.parametrize("bias", [0, 1, 3, 5])
def test_a_forget_bias_leaves_a_power_of_its_sigmoid_and_of_the_gradient_as_much(bias):
    widget = ForgetBias()
    buttons = markup(widget).select("button[data-preset]")
    press(widget, next(b for b in buttons if b.get_text().startswith(str(bias))))
    assert widget.f == sigmoid(float(bias))
    for k in range(1, 31):
        assert getattr(widget, f"c_{k}") == pytest.approx(widget.f**k, rel=1e-12)
    cell = LSTMCell(1, 1)
    for gate in cell.gates:
        cell.W[gate], cell.U[gate], cell.b[gate] = [[0.0]], [[0.0]], [0.0]
    cell.b["f"] = [float(bias)]
    x = np.zeros((31, 1))
    last = cell.State(h=np.zeros(1), c=np.ones(1))
    back = lstm_backward(cell, x, unroll(cell, x), x, d_state=last).states["c"]
    assert back[0, 0] == pytest.approx(widget.c_30, rel=1e-12)


@pytest.mark.parametrize(
    "story", [b.get_text() for b in markup(TwoRoads()).select("button[data-preset]")]
)
def test_the_two_roads_carry_what_backpropagation_by_hand_says(story):
    widget = TwoRoads()
    press(widget, markup(widget).find("button", string=story))
    cell, steps = LSTMCell(1, 1), 5
    for gate, reads in (("f", 0), ("i", 1), ("c_tilde", 1), ("o", 0)):
        cell.W[gate], cell.U[gate], cell.b[gate] = [[reads]], [[widget.U_h]], [0.0]
    cell.b["f"] = [widget.b_f]
    x = np.full((steps, 1), widget.x)
    run = unroll(cell, x)
    last = cell.State(h=np.zeros(1), c=np.ones(1))
    gradients = lstm_backward(cell, x, run, np.zeros((steps, 1)), d_state=last)
    for k in range(1, steps):
        for road in ("belt", "gates", "output"):
            expected = gradients.roads[road][k - 1, 0]
            assert getattr(widget, f"{road}_{k}") == pytest.approx(expected, abs=1e-12)
        assert getattr(widget, f"all_{k}") == pytest.approx(gradients.states["c"][k - 1, 0])
    assert widget.straight == pytest.approx(run.gates["f"][1:].prod())
    assert widget.straight + widget.detour == pytest.approx(widget.all_1)


SUBSETS = [subset for k in range(4) for subset in itertools.combinations(("f", "i", "o"), k)]


def one_unit(cell, widget, twins=None):
    """A cell of one unit with the widget's weights; ``twins`` are the names of layers there."""
    for kind, weights in cell.weights.items():
        for gate, shape in ((gate, weights[gate].shape) for gate in list(weights)):
            value = getattr(widget, f"{kind}_{(twins or {}).get(gate, gate)}")
            weights[gate] = np.full(shape, value)
    return cell


def one_step(cell, widget):
    """The values of its step, from the widget's input and state, by name."""
    last = cell.State(*(np.array([getattr(widget, f"{part}_prev")]) for part in cell.state))
    state, gates = cell(np.array([widget.x]), last)
    return {name: part[0] for name, part in (state._asdict() | gates._asdict()).items()}


@pytest.mark.parametrize("subset", SUBSETS, ids="".join)
def test_a_peephole_is_switched_off_gate_by_gate(subset):
    widget = Peepholes(x=-0.3, h_prev=0.7, c_prev=-1.1)
    for gate in "fio":
        setattr(widget, f"peephole_{gate}", float(gate in subset))
    cell = one_unit(PeepholeLSTMCell(1, 1, peepholes=subset), widget)
    for name, value in one_step(cell, widget).items():
        assert getattr(widget, name) == pytest.approx(value, abs=1e-15), name


def test_a_peephole_that_is_off_counts_as_nought():
    widget = Peepholes()
    for gate in "fio":
        setattr(widget, f"peephole_{gate}", 0.0)
    before = {name: getattr(widget, name) for name in ("f", "i", "o", "c", "h")}
    for gate in "fio":
        setattr(widget, f"p_{gate}", 3.0)
    assert {name: getattr(widget, name) for name in before} == before


@pytest.mark.parametrize("gate", "fio")
def test_each_peephole_has_a_wire_and_a_weight_that_can_step_back(gate):
    drawn, step = markup(Peepholes()).find("svg"), PEEPHOLES[gate]
    own = drawn.find_all("g", attrs={"data-new": True, "data-step": step})
    assert {SEEN[gate]} == {part["data-wire"] for part in own if part.has_attr("data-wire")}
    assert f"p{gate}" in [part.get_text() for part in own]
    for choose in (f'[data-input="peephole_{gate}"]', f'[data-step="{step}"]:not(.layer)'):
        assert choose in Peepholes._css


def cells_of(widget):
    for variant, (_, cell_class) in VARIANTS.items():
        yield variant, one_unit(cell_class(1, 1), widget, TWINS)


def test_each_variant_computes_as_its_cell_does():
    widget = VariantSwitch(x=-0.7, h_prev=0.4, c_prev=1.3)
    for variant, cell in cells_of(widget):
        for name, value in one_step(cell, widget).items():
            assert getattr(widget, f"{name}_{variant}") == pytest.approx(value, abs=1e-15)


def test_the_gru_writes_with_the_input_gate_and_resets_with_the_output_gate():
    widget = VariantSwitch(x=-0.7, h_prev=0.4)
    assert (widget.z_gru, widget.r_gru) == (widget.i_lstm, widget.o_lstm)
    assert widget.z_gru != widget.r_gru


MARKED = {
    "lstm": [],
    "peephole": ["+ pf \u2299 Ct\u22121", "+ pi \u2299 Ct\u22121", "+ po \u2299 Ct"],
    "coupled": ["(1 \u2212 it)"],
    "gru": [
        "zt = \u03c3(Wz xt + Uz ht\u22121 + bz)",
        "rt = \u03c3(Wr xt + Ur ht\u22121 + br)",
        "h\u0303t = tanh(Wh xt + bh + Uh (rt \u2299 ht\u22121))",
        "(1 \u2212 zt) \u2299 ht\u22121 + zt \u2299 h\u0303t",
    ],
}
"""What is new in each variant's equations."""


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_the_lstm_does_not_have_is_marked_and_nothing_else(variant):
    panel = markup(VariantSwitch()).select_one(f".written .for-{variant}")
    letters, numbers = panel.find(class_="in-letters"), panel.find(class_="in-numbers")
    assert [mark.get_text() for mark in letters.find_all("mark")] == MARKED[variant]
    assert len(numbers.find_all("mark")) == len(MARKED[variant])
    lines = {line["data-line"]: line for line in letters.find_all(attrs={"data-line": True})}
    step = trace(VARIANTS[variant][1])
    assert list(lines) == list(step.outputs)
    for name, line in lines.items():
        shown = "".join(str(part) for part in line.contents).replace("</mark>", "")
        equation = BeautifulSoup(equations.html(step, name), "html.parser").decode_contents()
        assert shown.replace("<mark>", "").startswith(equation)


@pytest.mark.parametrize(
    ("variant", "gone"),
    [
        ("lstm", None),
        ("peephole", None),
        ("coupled", "without ft"),
        ("gru", "without ft, it, C\u0303t, Ct, ot"),
    ],
)
def test_what_only_the_lstm_has_is_named(variant, gone):
    panel = markup(VariantSwitch()).select_one(f".written .for-{variant} .in-letters")
    last = panel.find_all("p")[-1].get_text()
    assert last == gone if gone else "without" not in last


def test_the_variants_are_counted():
    rows = markup(VariantSwitch()).select("tbody tr")
    counted = [[cell.get_text() for cell in row.find_all(["th", "td"])][:4] for row in rows]
    assert counted == [
        ["LSTM", "3", "2", "33,024"],
        ["Peephole", "3", "2", "33,216"],
        ["Coupled", "2", "2", "24,768"],
        ["GRU", "2", "1", "24,768"],
    ]


@pytest.mark.parametrize("cls", [Peepholes, VariantSwitch])
def test_a_start_that_is_no_input_is_refused(cls):
    with pytest.raises(TypeError, match="not an input: gate"):
        cls(gate=1.0)


def test_what_is_new_in_a_drawing_has_a_halo():
    for drawn in markup(VariantSwitch()).find_all("svg"):
        new = drawn.find_all("g", attrs={"data-new": True})
        behind = drawn.find("g", class_="halo")
        assert len(behind.find_all("g")) == len(new)
        assert bool(new) == ("for-lstm" not in drawn.parent["class"])
        assert not behind.find_all(attrs={"data-value": True})


def test_no_two_drawings_of_the_switch_share_an_id():
    ids = [node["id"] for node in markup(VariantSwitch()).find_all(id=True)]
    assert len(ids) == len(set(ids)) == 8
    still = BeautifulSoup(diagrams.gru(values={"z": 0.5}).svg, "html.parser")
    assert not {node["id"] for node in still.find_all(id=True)} & set(ids)


@pytest.mark.parametrize("right", [0, 2])
def test_a_question_has_exactly_one_right_answer(right):
    reasons = ["Yes. It is."] * right + ["It is not."]
    with refused(
        ValueError,
        f"{right} answers begin their reason with 'Yes'; exactly one is the right one",
    ):
        Question("Which?", dict(zip(itertools.count(), reasons, strict=False)))


def test_a_question_marks_its_right_answer_and_hides_all_reasons():
    shown = markup(Question("Which?", {"this": "Yes. It is.", "that": "It is not."}))
    assert [label["data-right"] for label in shown.find_all("label")] == ["true", "false"]
    assert all(reason.has_attr("hidden") for reason in shown.find_all("p"))
    assert shown.find(role="status").get_text() == ""


@pytest.fixture
def page(browser, request):
    context = browser.new_context(**getattr(request, "param", PHONE))
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("page", "hand"),
    [(hand.window, hand) for hand in HANDS],
    ids=lambda each: getattr(each, "__name__", ""),
    indirect=["page"],
)
def test_every_hand_can_tick_a_box(page, hand):
    widget = Peepholes()
    root = mounted(page, widget)
    box = root.locator("[data-input=peephole_f]").element_handle()
    colours = []
    for ticked in (False, True):
        hand(page).press(box)
        colours.append(root.locator("[data-wire='p_f*c_prev'] path").first.evaluate(STROKE))
        widget.peephole_f = float(ticked)
        assert box.is_checked() == ticked
        assert page.evaluate("saved.peephole_f") == ticked
        assert texts(root) == painted_texts(widget)
    page.evaluate("model.set('peephole_f', 0)")  # from Python
    assert not box.is_checked()
    assert colours[0] != colours[1]


STROKE = "(node) => getComputedStyle(node).stroke"


def texts(root):
    return root.locator("[data-value]").evaluate_all("(all) => all.map((n) => n.textContent)")


def painted_texts(widget):
    return [node.get_text() for node in markup(widget).find_all(attrs={"data-value": True})]


def test_a_variant_takes_the_place_of_another_and_nothing_jumps(page):
    widget, heights = VariantSwitch(), set()
    root = mounted(page, widget)
    page.emulate_media(reduced_motion="reduce")
    for variant in VARIANTS:
        for written in ("letters", "numbers"):
            for option in (variant, written):
                Keyboard(page).press(root.locator(f"[data-option={option}]").element_handle())
            widget.x -= 0.1
            page.evaluate("(x) => model.set('x', x)", widget.x)
            assert texts(root) == painted_texts(widget)
            assert page.evaluate("[saved.variant, saved.written]") == [variant, written]
            heights.add(root.bounding_box()["height"])
            for part in ("svg", ".written .equation:first-child"):
                seen = [node for node in root.locator(part).all() if node.is_visible()]
                assert [node.evaluate(FOR) for node in seen] == [f"for-{variant}"]
    assert len(heights) == 1


FOR = "(node) => node.closest('[class*=for-]').classList.toString().match(/for-\\w+/)[0]"
"""Which variant a part of the page is for."""


# Clocks


CLOCK = ClockworkRNNCell(1, 4)
TICKS = CLOCK.clock(range(16), np.zeros((16, 1))) == 1


@pytest.mark.parametrize("t", [0, 1, 6, 8, 15])
def test_the_clocks_tick_when_the_cell_does(t):
    widget = Clocks()
    widget.t = t
    shown = markup(widget)
    for part in (shown.find_all(class_="clock"), shown.find_all("tr")[1:]):
        assert [row["data-ticks"] == "true" for row in part] == TICKS[t].tolist()
    assert shown.find(class_="counted").get_text() == f"{TICKS[t].sum()} of 4"
    turns = [float(re.search(r"--turn: (\S+)", c["style"])[1]) for c in shown(class_="clock")]
    assert [turn % 1 == 0 for turn in turns] == TICKS[t].tolist()


def test_what_a_parked_module_holds_does_not_change():
    steps = Clocks().steps
    for t, (before, now) in enumerate(itertools.pairwise(steps), start=1):
        kept = [one == other for one, other in zip(before["held"], now["held"], strict=True)]
        assert all(k or tick for k, tick in zip(kept, TICKS[t], strict=True))
    held = unroll(ClockworkRNNCell(1, 4, seed=1), np.sin(np.pi * np.arange(16) / 8)[:, None])
    assert [step["held"] for step in steps] == [[number(h) for h in at] for at in held.outputs]


def test_the_clocks_matrix_shows_who_reads_whom():
    rows = [row("td") for row in markup(Clocks()).find_all("tr")[1:]]
    read = [[cell.get("class") == ["reads"] for cell in row] for row in rows]
    assert read == (CLOCK.slower == 1).tolist()


def test_the_clocks_take_other_periods_and_no_step_beyond_the_last():
    widget = Clocks(periods=(1, 3), t=5)
    assert widget.steps[3]["ticks"] == [True, True] and len(widget.steps) == 6
    with refused(ValueError, "t is 6; the steps here are 0 to 5"):
        widget.t = 6
    said = markup(widget).find("input")["aria-valuetext"]
    assert said == "5: periods that compute 1; that copy 3"


def test_in_the_browser_the_clocks_show_what_python_shows_and_do_not_jump(page):
    widget = Clocks()
    root = mounted(page, widget)
    slider, heights = root.locator("input"), set()
    for t in range(16):
        widget.t = t
        assert page.evaluate("model.get('t')") == t
        painted = BeautifulSoup(root.evaluate("(node) => node.outerHTML"), "html.parser")
        painted.find("input")["value"] = slider.input_value()
        said = painted.find(class_="said")
        assert said.get_text() == (widget.steps[t]["said"] if t else "")
        said.clear()
        assert same_picture(painted, markup(widget))
        heights.add(root.bounding_box()["height"])
        root.get_by_text("Next step").click()
    assert len(heights) == 1
    assert page.evaluate("saved.t") == 0  # after the last comes the first


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_the_clocks_play_and_stop(page, motion):
    page.clock.install(time=0)
    page.clock.pause_at(1000)  # from here on time passes only when the test lets it
    page.emulate_media(reduced_motion=motion)
    root = mounted(page, Clocks())
    play = root.locator(".play")
    play.click()
    assert page.evaluate("model.get('t')") == 1
    page.clock.run_for(1000)
    assert page.evaluate("model.get('t')") == 2
    assert play.inner_text() == "Pause"
    turning = root.locator(".hand").first.evaluate(
        "(hand) => getComputedStyle(hand).transitionDuration"
    )
    assert (turning == "0s") is (motion == "reduce")
    play.click()
    page.clock.run_for(5000)
    assert page.evaluate("model.get('t')") == 2
    assert play.inner_text() == "Play"


@pytest.mark.parametrize(
    ("page", "hand"),
    [(hand.window, hand) for hand in HANDS],
    ids=lambda each: getattr(each, "__name__", ""),
    indirect=["page"],
)
def test_every_hand_can_move_the_clocks(page, hand):
    root = mounted(page, Clocks(t=3))
    slider = root.locator("input").element_handle()
    hand(page).move(slider)
    t = page.evaluate("saved.t")
    assert t != 3
    assert int(slider.input_value()) == t == int(root.locator(".value").inner_text())
