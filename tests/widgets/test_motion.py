"""Widgets that move: what rides, folds and travels ends where Python says, by every hand."""

import pytest
from hands import LAPTOP, PHONE, Keyboard, Touch, way
from mounted import mounted

from lstm_lib.equations.notation import number
from lstm_lib.widgets import (
    ConveyorBelt,
    Latch,
    MemoryByHand,
    Peepholes,
    StepByStep,
    TwoRoads,
    Unroll,
    WRec,
)

MOTIONS = ["reduce", "no-preference"]


@pytest.fixture
def page(browser, request):
    context = browser.new_context(**getattr(request, "param", LAPTOP))
    yield context.new_page()
    context.close()


on_a_phone = pytest.mark.parametrize("page", [PHONE], indirect=True)

SEEN = "(node) => node.checkVisibility({ visibilityProperty: true })"


def visible(root, selector):
    return [node for node in root.locator(selector).all() if node.evaluate(SEEN)]


def texts(root):
    return root.locator("[data-value]").evaluate_all("(all) => all.map((n) => n.textContent)")


# Turns


def moving(root):
    return root.evaluate("(root) => root.getAnimations({ subtree: true }).length")


def played(page, root, turn):
    """Play to a turn, and stay there: the next one comes when it is called, and no motion ends."""
    page.add_style_tag(content="*, ::before, ::after { animation-play-state: paused !important; }")
    page.evaluate("window.setTimeout = (turn, _, now) => (window.next = () => turn(now))")
    root.locator(".play").click()
    for _ in range(turn - 1):
        page.evaluate("next()")


@pytest.mark.parametrize("motion", MOTIONS)
@pytest.mark.parametrize(("widget", "turns"), [(ConveyorBelt, 12), (TwoRoads, 4)])
def test_play_shows_one_turn_after_the_other_and_ends_as_it_began(page, widget, turns, motion):
    page.emulate_media(reduced_motion=motion)
    root = mounted(page, widget())
    before, play = texts(root), root.locator(".play")
    played(page, root, 1)
    assert play.inner_text() == "Stop"
    for turn in range(1, turns + 1):
        assert (moving(root) > 0) is (motion == "no-preference")
        for node, when in root.locator("[data-turn]").evaluate_all(WHEN):
            assert when == ("past" if node < turn else "later" if node > turn else "now")
        page.evaluate("next()")
    assert {when for _, when in root.locator("[data-turn]").evaluate_all(WHEN)} == {None}
    assert texts(root) == before
    assert play.inner_text() == "Play"
    assert root.locator(".said").inner_text().startswith("Played, ")


WHEN = "(all) => all.map(({ dataset }) => [Number(dataset.turn), dataset.when ?? null])"


def test_the_turns_follow_each_other_by_themselves(page):
    root = mounted(page, TwoRoads())
    root.locator(".play").click()
    page.wait_for_function("!document.querySelector('[data-when]')", timeout=20_000)
    assert root.locator(".said").inner_text().startswith("Played, ")


def test_what_comes_later_is_not_seen_yet(page):
    root = mounted(page, ConveyorBelt())
    played(page, root, 3)
    kept = [bool(visible(step, ".kept")) for step in root.locator(".step").all()]
    assert kept == [True] * 3 + [False] * 9
    root.locator("[data-preset]").nth(1).click()  # whatever the hand does shows everything
    assert all(visible(step, ".kept") for step in root.locator(".step").all())
    assert root.locator(".play").inner_text() == "Play"


def test_a_block_rides_from_the_column_before(page):
    page.emulate_media(reduced_motion="no-preference")
    root = mounted(page, ConveyorBelt())
    played(page, root, 4)
    start, end = root.evaluate(FIRST_AND_LAST)
    before, own = (root.locator(".load").nth(k).bounding_box() for k in (2, 3))
    assert start == pytest.approx(before["x"] + before["width"] / 2, abs=1)
    assert end == pytest.approx(own["x"] + own["width"] / 2, abs=1)


FIRST_AND_LAST = """(root) => {
    const block = root.querySelector("[data-when=now] .kept");
    const [ride] = block.getAnimations();
    return [0, ride.effect.getTiming().duration - 1].map((time) => {
        ride.currentTime = time;
        const { x, width } = block.getBoundingClientRect();
        return x + width / 2;
    });
}"""


def test_a_pulse_goes_back_along_both_roads(page):
    page.emulate_media(reduced_motion="no-preference")
    root = mounted(page, TwoRoads())
    played(page, root, 2)
    places = root.locator(".between[data-when=now] .pulse").evaluate_all(PULSES)
    assert len(places) == 2
    for right, left in places:
        assert right - left > 30
    waiting = root.locator("[data-when=later]")
    assert waiting.count() and not visible(waiting, ".wire") and not visible(waiting, ".number")


PULSES = """(pulses) => pulses.map((pulse) => {
    const [back] = pulse.getAnimations();
    return [0, back.effect.getTiming().duration - 1].map((time) => {
        back.currentTime = time;
        return pulse.getBoundingClientRect().x;
    });
})"""


# Unrolling


def middles(root):
    boxes = [module.bounding_box() for module in visible(root, ".module")]
    return [box["x"] + box["width"] / 2 for box in boxes]


@pytest.mark.parametrize("motion", MOTIONS)
def test_a_chain_folds_into_one_module_with_a_loop_and_opens_again(page, motion):
    page.emulate_media(reduced_motion=motion)
    widget = Unroll()
    widget.length = "5"
    root = mounted(page, widget)
    chain = middles(root)
    assert len(chain) == 5 and all(b - a > 60 for a, b in zip(chain, chain[1:], strict=False))
    assert not loops(root)
    root.locator("[data-option=loop]").click()
    assert (moving(root) > 0) is (motion == "no-preference")
    settle(page)
    assert middles(root) == pytest.approx([chain[2]])  # in the middle
    (loop,) = loops(root)
    module = visible(root, ".module")[0].bounding_box()
    assert loop["left"] < module["x"] and loop["top"] < module["y"]
    assert loop["right"] == pytest.approx(module["x"] + module["width"] / 2, abs=3)
    for length in (3, 5):
        root.locator(f"[data-option='{length}']").click()
        settle(page)
        assert len(middles(root)) == length
        assert not loops(root)
    assert middles(root) == pytest.approx(chain)


def settle(page):
    page.wait_for_function("document.getAnimations().length === 0")


def loops(root):
    """The wire of the first module, if it is there to be seen: from its output, to its left."""
    return root.evaluate("""(root) => {
        const wire = root.querySelector(".step:first-child .message");
        if (getComputedStyle(wire).opacity === "0") return [];
        const corner = wire.getBoundingClientRect();
        const { width, transform } = getComputedStyle(wire, "::before");
        const along = new DOMMatrix(transform).e;
        return [{ left: corner.left, top: corner.top, right: corner.left + along }];
    }""")


def test_a_weight_that_is_being_set_is_marked_in_every_module(page):
    widget = Unroll()
    widget.length = "5"
    root = mounted(page, widget)
    paper = root.locator(".of-U_h").first.evaluate(BACKGROUND)
    Keyboard(page).move(root.locator("[data-input=U_h]").element_handle())
    marked = [node.evaluate(BACKGROUND) != paper for node in root.locator(".of-U_h").all()]
    assert marked == [True] * 5
    assert {node.inner_text() for node in root.locator(".of-U_h").all()} == {"U 0.9"}
    assert root.locator(".of-W_h").first.evaluate(BACKGROUND) == paper


BACKGROUND = "(node) => getComputedStyle(node).backgroundColor"


# Knobs


def knobs(root):
    return [node.get_attribute("data-input") for node in visible(root, "input")]


def test_the_belt_shows_the_knobs_that_matter_and_all_of_them_at_a_button(page):
    root = mounted(page, ConveyorBelt())
    gates = [f"f_{k}" for k in range(1, 13)]
    assert sorted(knobs(root)) == sorted([*gates, "i_2", "c_tilde_2"])
    root.get_by_text("Replace at 7").click()
    assert sorted(set(knobs(root)) - set(gates)) == ["c_tilde_2", "c_tilde_7", "i_2", "i_7"]
    Keyboard(page).move(root.locator("[data-input=i_7]").element_handle())
    page.keyboard.press("Home")
    assert page.evaluate("saved.i_7") == 0
    assert "i_7" in knobs(root)  # what the hand is on does not go away
    more = root.locator(".more")
    more.click()
    assert more.get_attribute("aria-pressed") == "true"
    assert len(knobs(root)) == 36
    more.click()
    root.get_by_text("Remember").click()
    assert sorted(knobs(root)) == sorted([*gates, "i_2", "c_tilde_2"])


def test_a_row_of_knobs_is_one_stop_and_the_arrows_go_along_it(page):
    root = mounted(page, ConveyorBelt())
    root.locator(".more").click()
    root.locator("button").first.focus()
    stops = []
    while root.evaluate("(root) => root.contains(document.activeElement)"):
        stops.append(page.evaluate("document.activeElement.dataset.input ?? null"))
        page.keyboard.press("Tab")
    assert [name for name in stops if name] == ["f_1", "i_1", "c_tilde_1"]
    assert len(stops) <= 12
    root.locator("[data-input=f_1]").focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Home")
    assert page.evaluate("[saved.f_8, saved.f_1]") == [0, 1]
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.dataset.input") == "f_7"
    assert page.evaluate("saved.f_7") == 1


@on_a_phone
def test_a_finger_that_swipes_over_a_knob_scrolls_and_sets_nothing(page):
    root = mounted(page, ConveyorBelt())
    page.add_style_tag(content="body { padding-block: 300px 1500px; }")
    knob = root.locator("[data-input=f_6]").element_handle()
    way(knob)  # into the middle of the window
    box, before = knob.bounding_box(), page.evaluate("scrollY")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] - 10
    for _ in range(5):  # a busy machine may lose a swipe, and never turns one into a tap
        Touch(page).swipe([(x, y - 12 * k) for k in range(15)])
        page.wait_for_timeout(1000)
        assert page.evaluate("window.saved") is None
        if page.evaluate("scrollY") > before + 60:
            break
    else:
        pytest.fail("the page does not scroll")
    x, y = way(knob)[0]
    Touch(page).swipe([(x - 12 * k, y) for k in range(10)])  # nothing scrolls this way
    assert page.evaluate("window.saved") is None
    way(knob)
    box = knob.bounding_box()
    Touch(page).swipe([(x, box["y"] + box["height"] - 10)])
    page.wait_for_function("window.saved?.f_6 === 0")


@on_a_phone
def test_upright_sliders_of_the_chain_take_a_tap_too(page):
    widget = Unroll()
    widget.length = "5"
    root = mounted(page, widget)
    Touch(page).move(root.locator("[data-input=x_2]").element_handle())
    assert page.evaluate("saved.x_2") != 0


# Results in words


def test_a_memory_by_hand_says_how_far_the_goal_is(page):
    widget = MemoryByHand()
    root = mounted(page, widget)
    said = root.locator("[data-input=b_f]").get_attribute("aria-valuetext")
    assert said == f"0.00, from the goal at most {number(widget.miss_counter)}"
    root.get_by_text("Show me the weights").first.click()
    assert root.locator(".verdict").inner_text().startswith("Solved")
    said = root.locator(".said").inner_text()
    assert said.startswith("Show me the weights, from the goal at most 0.0")


def test_a_preset_says_what_came_of_it_and_which_sliders_it_set(page):
    widget = TwoRoads()
    root = mounted(page, widget)
    root.get_by_role("button", name="Gate open").click()
    widget.b_f = 5.0
    results = f"along the cell state {number(widget.straight)}, through h {number(widget.detour)}"
    said = root.locator(".said").inner_text()
    assert said == f"Gate open, {results}; set: bias of the forget gate 5.00"
    root.get_by_role("button", name="Gate open").click()
    assert root.locator(".said").inner_text() == f"Gate open, {results}"


def test_of_many_sliders_a_preset_says_how_many(page):
    root = mounted(page, ConveyorBelt())
    root.get_by_text("Fade").click()
    said = root.locator(".said").inner_text()
    assert said.startswith("Fade, memory at the end 0.") and said.endswith("; 12 sliders moved")


@pytest.mark.parametrize(("widget", "gradient"), [(Latch, "d_1"), (WRec, "d_0")])
def test_a_small_result_is_said_as_it_is_shown(page, widget, gradient):
    root = mounted(page, widget())
    root.get_by_text("U = 0.9").click()
    shown = root.locator(f"[data-two-figures={gradient}]").inner_text()
    assert "0.0" in shown or "10" in shown
    assert root.locator(".said").inner_text().partition(";")[0].endswith(f" {shown}")


def test_a_switch_says_what_came_of_it(page):
    widget = Peepholes()
    root = mounted(page, widget)
    root.locator("[data-input=peephole_f]").uncheck()
    widget.peephole_f = 0.0
    results = f"new cell state C {number(widget.c)}, output h {number(widget.h)}"
    assert root.locator(".said").inner_text() == f"peephole of the forget gate off, {results}"


@pytest.mark.parametrize(
    "page", [{"viewport": {"width": 1366, "height": 768}}, PHONE], indirect=True
)
def test_the_whole_of_a_step_by_step_can_be_set_with_its_picture_in_sight(page):
    root = mounted(page, StepByStep())
    root.locator("[data-option=input]").click()
    height = page.viewport_size["height"]
    if root.bounding_box()["height"] <= height - 60:
        return
    for slider in visible(root, "input"):
        slider.scroll_into_view_if_needed()
        box = root.locator(".picture").bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] < height
