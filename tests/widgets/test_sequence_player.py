"""The sequence player computes, in Python and in the page, what NumPy computes."""

import re

import numpy as np
import pytest
from bs4 import BeautifulSoup
from hands import HANDS, LAPTOP, PHONE, Touch
from mounted import markup, mounted, same_picture
from refusal import refused
from written_out import written_out

from lstm_lib.cells import (
    CoupledLSTMCell,
    GRUCell,
    LSTMCell,
    PeepholeLSTMCell,
    ProjectedLSTMCell,
    RNNCell,
)
from lstm_lib.equations.notation import number
from lstm_lib.widgets import SequencePlayer
from lstm_lib.widgets.sequence_player import STRIPS

SENTENCES = "The girl near the trees sings The boys near the river sing"
WORDS = SENTENCES.split()
SUBJECTS = {1: (1, 1, +1, -1), 7: (1, 1, -1, +1)}
OTHERS = {4: (1, 0, 0, +1), 10: (1, 0, 0, -1)}
HELD = ("none", "f", "i", "o")


def hand_set(**settings):
    """Two units that keep the gender and the number of the subject."""
    cell, x = LSTMCell(4, 2), np.zeros((12, 4))
    for place, word in (SUBJECTS | OTHERS).items():
        x[place] = word
    for gate, bias in {"f": 6.0, "i": -6.0, "c_tilde": 0.0, "o": -6.0}.items():
        cell.W[gate], cell.U[gate] = np.zeros((2, 4)), np.zeros((2, 2))
        cell.b[gate] = np.full(2, bias)
    cell.W["f"][:, 1], cell.W["i"][:, 1] = -12, 12
    cell.W["c_tilde"][0, 2] = cell.W["c_tilde"][1, 3] = 3
    cell.W["o"][1, 0] = 12
    return SequencePlayer(cell, x, WORDS, {"gender": 0, "plural": 1}, **settings)


def drawn(cell_class=LSTMCell, units=None, steps=20, scale=2.0, **settings):
    """A cell with random weights, larger than those it starts with, as after training."""
    cell, random = cell_class(5, 7, seed=3), np.random.default_rng(1)
    for group in cell.weights.values():
        for gate in list(group):
            group[gate] = scale * random.normal(size=group[gate].shape)
    x = random.normal(size=(steps, 5))
    units = units or {"third": 2, "first": 6, "other": 0}
    return SequencePlayer(cell, x, [f"w{k}" for k in range(steps)], units, **settings)


PLAYERS = {"hand-set": hand_set, "drawn": drawn, "peepholes": lambda: drawn(PeepholeLSTMCell)}
every_player = pytest.mark.parametrize("make", PLAYERS.values(), ids=PLAYERS)


def bars(soup):
    """The heights of all bars by strip, each ``(units, tokens)``."""
    return {
        strip["data-strip"]: np.array(
            [
                [float(re.search(r"--v: (\S+?)(?:;|$)", bar["style"])[1]) for bar in row("i")]
                for row in strip.find_all(class_="over-time")
            ]
        )
        for strip in soup.find_all(class_="strip")
    }


# In Python


@every_player
@pytest.mark.parametrize("held", HELD)
def test_the_values_are_those_of_the_equations_written_out(make, held):
    player = make()
    player.held_open = held
    values, expected = player.values(), written_out(player.weights, player.x, held)
    for name in expected:
        np.testing.assert_allclose(values[name], expected[name], rtol=0, atol=1e-12, err_msg=name)
    if held != "none":
        assert (values[held] == 1).all()


@every_player
def test_a_bar_is_as_high_as_its_value_says(make):
    player = make()
    heights, values = bars(markup(player)), player.values()
    assert list(heights) == list(STRIPS)
    for name, height in heights.items():
        shown = values[name][:, list(player.units.values())].T
        scale = 1.0
        if name == "c":
            scale = float(markup(player).find(class_="scale").get_text().removeprefix("\u00b1"))
            assert scale % 0.5 == 0 and abs(shown).max() <= scale
            assert scale == 1 or abs(shown).max() > scale - 0.5
        np.testing.assert_allclose(height * scale, shown, rtol=0, atol=1e-4 * scale)


def test_the_module_shows_the_unit_at_the_token():
    player = hand_set()
    for unit in player.units:
        for t in range(12):
            player.unit, player.t = unit, t
            shown, values = markup(player), player.values()
            for place in shown.find_all(attrs={"data-value": True}):
                value = values[place["data-value"]][t, player.units[unit]]
                assert place.get_text() == number(value)
            assert shown.find(class_="token").get_text() == WORDS[t]


def test_the_slider_says_every_value_that_has_a_strip():
    player = hand_set(t=7)
    player.unit = "plural"
    assert markup(player).find("input")["aria-valuetext"] == (
        "boys, 8 of 12; plural: forget gate 0.00, input gate 1.00, candidate 1.00, "
        "cell state 0.99, output gate 1.00, hidden state 0.76"
    )


def test_weights_and_inputs_are_stored_with_four_decimals_and_the_cell_is_left_alone():
    cell = LSTMCell(3, 2, seed=1)
    before = {gate: weights.copy() for gate, weights in cell.W.items()}
    player = SequencePlayer(cell, np.full((2, 3), 1 / 3), ["a", "b"])
    assert player.x == [[0.3333] * 3] * 2
    assert player.units == {"unit 0": 0, "unit 1": 1}
    for gate, weights in before.items():
        np.testing.assert_array_equal(cell.W[gate], weights)
        np.testing.assert_array_equal(player.weights[f"W_{gate}"], weights.round(4))


def test_what_is_set_is_heard_of_and_painted():
    player, heard = hand_set(), []
    player.observe(lambda change: heard.append((change.name, change.new)))
    player.t, player.unit, player.held_open = 4, "plural", "i"
    assert [h for h in heard if h[0] != "static_html"] == [
        ("t", 4),
        ("unit", "plural"),
        ("held_open", "i"),
    ]
    chosen = [b.get_text() for b in markup(player).find_all(attrs={"aria-pressed": "true"})]
    assert chosen == ["plural", "i"]


@pytest.mark.parametrize(
    ("cell_class", "ends"),
    [
        (GRUCell, "GRUCell has no c"),
        (RNNCell, "RNNCell has no c"),
        (CoupledLSTMCell, "CoupledLSTMCell has c = (1-i)*c_prev+i*c_tilde"),
    ],
)
def test_a_cell_without_the_gates_of_an_lstm_is_refused(cell_class, ends):
    expected = f"the player shows an LSTM, with c = f*c_prev+i*c_tilde; {ends}"
    with refused(ValueError, expected):
        SequencePlayer(cell_class(2, 2), np.zeros((1, 2)), ["a"])


def test_an_lstm_that_shows_something_else_is_refused():
    with pytest.raises(ValueError, match=r"^the player shows an LSTM, with h = o\*tanh\(c\); Proj"):
        SequencePlayer(ProjectedLSTMCell(2, 2), np.zeros((1, 2)), ["a"])


def test_what_does_not_fit_is_refused():
    cell, x = LSTMCell(3, 2), np.zeros((2, 3))
    with refused(
        ValueError, "x has shape (2, 3); 1 tokens for a cell with input_size=3 need (1, 3)"
    ):
        SequencePlayer(cell, x, ["a"])
    with refused(ValueError, "unit 'b' is number 2; the cell has units 0 to 1"):
        SequencePlayer(cell, x, ["a", "b"], {"a": 1, "b": 2})
    player = SequencePlayer(cell, x, ["a", "b"])
    with refused(ValueError, "t is 2; the tokens here are 0 to 1"):
        player.t = 2
    with refused(ValueError, "no unit 'x' here; there is unit 0, unit 1"):
        player.unit = "x"
    assert (player.t, player.unit) == (0, "unit 0")


def test_a_token_is_text_and_no_markup():
    player = SequencePlayer(LSTMCell(1, 1), np.zeros((2, 1)), ["<b>", "&"])
    shown = markup(player)
    assert [span.get_text() for span in shown.find(class_="tokens")("span")] == ["<b>", "&"]
    assert shown.find(class_="token").get_text() == "<b>"


# In the browser


@pytest.fixture
def page(browser, request):
    context = browser.new_context(**getattr(request, "param", LAPTOP))
    yield context.new_page()
    context.close()


every_hand = pytest.mark.parametrize(
    ("page", "hand"),
    [(hand.window, hand) for hand in HANDS],
    ids=lambda each: getattr(each, "__name__", ""),
    indirect=["page"],
)


def as_painted(root):
    """The page's markup, without what only a script can know: where the arrow keys are."""
    soup = BeautifulSoup(root.evaluate("(node) => node.outerHTML"), "html.parser")
    for cell in soup.find_all(role="gridcell"):
        cell.attrs = {name: cell[name] for name in ("role", "style")}
    soup.find("input")["value"] = root.locator("input").input_value()
    return soup


def signed(soup):
    return [
        float(v)
        for bar in soup.find_all(role="gridcell")
        for v in re.findall(r"-?\d\S*", bar["style"].rstrip(";"))
    ]


@every_player
def test_the_page_computes_what_numpy_computes_and_nothing_jumps(page, make):
    player, heights = make(), set()
    root = mounted(page, player)
    for held in HELD:
        root.locator(f"[data-open={held}]").click()
        player.held_open = held
        for unit in player.units:
            root.locator(f"[data-unit='{unit}']").click()
            player.unit = unit
            for t in (1, len(player.tokens) - 1):
                player.t = t
                page.evaluate("(t) => model.set('t', t)", t)
                painted, expected = as_painted(root), markup(player)
                painted.find(class_="said").clear()
                assert same_picture(painted, expected)
                np.testing.assert_allclose(signed(painted), signed(expected), atol=1e-4)
                heights.add(root.bounding_box()["height"])
    assert len(heights) == 1
    assert page.evaluate("[saved.held_open, saved.unit]") == [player.held_open, player.unit]


def test_after_it_is_closed_it_follows_no_more(page):
    root = mounted(page, hand_set())
    page.evaluate("close_widget(); model.set('t', 7)")
    assert root.locator(".token").text_content() == "The"


@every_hand
def test_every_hand_can_step_back_and_drag(page, hand):
    root, hand = mounted(page, hand_set(t=3)), hand(page)
    for button, t in (("Step", 4), ("Step", 5), ("Back", 4)):
        hand.press(root.get_by_text(button, exact=True).element_handle())
        assert page.evaluate("saved.t") == t
    hand.move(root.locator("input").element_handle())
    t = page.evaluate("saved.t")
    assert t > 4
    assert root.locator(".token").text_content() == WORDS[t]


def test_it_stays_within_its_tokens(page):
    root = mounted(page, hand_set())
    root.get_by_text("Back").click()
    assert page.evaluate("model.get('t')") == 0
    page.evaluate("model.set('t', 11)")
    root.get_by_text("Step").click()
    assert page.evaluate("model.get('t')") == 11


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_a_finger_that_goes_up_scrolls_and_changes_nothing(page):
    root = mounted(page, hand_set(t=3))
    page.evaluate("document.body.style.paddingBottom = '2000px'")
    box = root.locator(".strips").bounding_box()
    x, y = box["x"] + 0.7 * box["width"], box["y"] + box["height"] / 2
    finger = Touch(page)
    finger.finger("touchStart", (x, y))
    for up in range(20, 220, 20):
        finger.finger("touchMove", (x, y - up))
    finger.finger("touchEnd")
    page.wait_for_function("scrollY > 50")
    assert page.evaluate("model.get('t')") == 3
    page.evaluate("scrollTo(0, 0)")
    finger.finger("touchStart", (x, y))
    finger.finger("touchEnd")
    assert page.evaluate("saved.t") == 7  # a tap chooses the token under the finger


def test_a_cell_tells_its_number_to_who_points_at_it(page):
    player = hand_set()
    root = mounted(page, player)
    values = player.values()
    for strip, name in zip(root.locator(".strip").all(), STRIPS, strict=True):
        for row, unit in zip(strip.locator(".over-time").all(), player.units, strict=True):
            row.locator("i").nth(5).hover()
            said = root.locator(".pointed").text_content()
            value = number(values[name][5, player.units[unit]])
            assert said == f"{player.meanings[name]} of {unit} at {player.tokens[5]}: {value}"
    root.locator("svg").hover()
    assert root.locator(".pointed").text_content().startswith("Point at a bar")
    assert page.evaluate("model.get('t')") == 0


def test_a_click_on_a_cell_chooses_its_unit_and_its_token(page):
    root = mounted(page, hand_set())
    root.locator("[data-strip=c] .over-time").nth(1).locator("i").nth(7).click()
    assert page.evaluate("[saved.t, saved.unit]") == [7, "plural"]


def test_the_arrow_keys_go_from_cell_to_cell_and_there_is_one_stop(page):
    root = mounted(page, hand_set(t=6))
    assert root.locator("[role=gridcell][tabindex]").count() == 1
    root.locator("input").focus()
    page.keyboard.press("Tab")
    focused = "document.activeElement.getAttribute('aria-label')"
    assert page.evaluate(focused) == "forget gate of gender at The: 1.00"
    for key, t, said in (
        ("ArrowRight", 7, "forget gate of gender at boys: 0.00"),
        ("ArrowDown", 7, "forget gate of plural at boys: 0.00"),
        ("ArrowDown", 7, "input gate of gender at boys: 1.00"),
        ("ArrowUp", 7, "forget gate of plural at boys: 0.00"),
        ("ArrowLeft", 6, "forget gate of plural at The: 1.00"),
    ):
        page.keyboard.press(key)
        assert page.evaluate(focused) == root.locator(".pointed").text_content() == said
        assert page.evaluate("saved.t") == t
        assert page.evaluate("saved.unit") in said
        assert root.locator("[role=gridcell][tabindex]").count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.role") != "gridcell"


def test_every_move_is_announced_with_its_values(page):
    player = hand_set()
    root = mounted(page, player)
    said = root.get_by_role("status")
    assert said.text_content() == ""
    for press, setting in (
        ("Step", {"t": 1}),
        ("plural", {"unit": "plural"}),
        ("Back", {"t": 0}),
    ):
        root.get_by_role("button", name=press).click()
        for name, value in setting.items():
            setattr(player, name, value)
        assert said.text_content() == markup(player).find("input")["aria-valuetext"]
        assert said.text_content() == root.locator("input").get_attribute("aria-valuetext")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_it_plays_to_the_end_and_stops(page, motion):
    page.clock.install(time=0)
    page.clock.pause_at(1000)  # from here on time passes only when the test lets it
    page.emulate_media(reduced_motion=motion)
    root = mounted(page, hand_set(t=8))
    play = root.locator(".play")
    play.click()
    assert page.evaluate("model.get('t')") == 9
    assert play.inner_text() == "Pause"
    assert root.get_by_role("status").text_content() == ""  # not at each step
    page.clock.run_for(1000)
    assert page.evaluate("model.get('t')") == 10
    play.click()
    page.clock.run_for(5000)
    assert page.evaluate("model.get('t')") == 10
    assert root.get_by_role("status").text_content().startswith("river, 11 of 12")
    play.click()
    page.clock.run_for(5000)
    assert page.evaluate("model.get('t')") == 11  # the end
    assert play.inner_text() == "Play"
    play.click()
    assert page.evaluate("model.get('t')") == 0  # and again
    root.get_by_text("Step", exact=True).click()
    page.clock.run_for(5000)
    assert page.evaluate("model.get('t')") == 1
    for moving in (".marker", "[role=gridcell]"):
        pseudo = "::before" if moving != ".marker" else None
        duration = root.locator(moving).first.evaluate(
            "(node, pseudo) => getComputedStyle(node, pseudo).transitionDuration", pseudo
        )
        assert (duration == "0s") is (motion == "reduce")


SMALLEST = """(root) => {
    const letters = (node) => [...node.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    const size = (node) => {
        const own = parseFloat(getComputedStyle(node).fontSize);
        const svg = node.closest("svg");
        return svg ? own * svg.getScreenCTM().a : own;
    };
    const shown = [...root.querySelectorAll("*")].filter((n) => letters(n) && n.checkVisibility());
    return Math.min(...shown.map(size));
}"""


def windows(*sizes):
    return [{"viewport": {"width": width, "height": height}} for width, height in sizes]


MANY = {"plural": 6, "gender": 0, "other": 2, "next": 3}


@pytest.mark.parametrize(
    "page",
    windows((1366, 768), (390, 844), (320, 640)),
    indirect=True,
    ids=["laptop", "phone", "320"],
)
@pytest.mark.parametrize(
    "make", [hand_set, lambda: drawn(units=MANY, steps=20)], ids=["two units", "four units"]
)
def test_it_can_be_read_and_is_on_one_screen(page, make):
    root = mounted(page, make())
    window = page.viewport_size
    assert root.evaluate(SMALLEST) >= 11
    assert page.evaluate("document.documentElement.scrollWidth") <= window["width"]
    top = root.locator(".controls").bounding_box()["y"]
    strips = root.locator(".strips").bounding_box()
    if window["height"] > 700:
        assert strips["y"] + strips["height"] - top < window["height"] - 40
    tokens = [box for token in root.locator(".tokens span").all() if (box := token.bounding_box())]
    for one, other in zip(tokens, tokens[1:], strict=False):
        assert one["x"] + one["width"] <= other["x"] + 0.5, "two tokens overlap"
    column = root.locator(".over-time").first.locator("i").nth(1).bounding_box()
    token = tokens[1]
    middle = token["x"] + token["width"] / 2
    assert abs(column["x"] + column["width"] / 2 - middle) < 2
