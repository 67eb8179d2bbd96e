"""Every sequence player on a page shows what NumPy computes from the weights in the page."""

import numpy as np
import pytest
from hands import LAPTOP, PHONE
from pages import LAY_OUT, Visit, offline, page_of
from stored import NOTEBOOKS, models, read, views
from written_out import written_out

from lstm_lib import equations
from lstm_lib.cells import LSTMCell
from lstm_lib.equations import trace
from lstm_lib.equations.notation import number

PLAYERS = [
    pytest.param(path, model_id, id=path.stem)
    for path in NOTEBOOKS
    for _, model_id, name in views(read(path))
    if name == "SequencePlayer"
]
every_player = pytest.mark.parametrize(("path", "model_id"), PLAYERS)

LOOK = """(root) => ({
    texts: [...root.querySelectorAll("[data-value]")].map((n) => [n.dataset.value, n.textContent]),
    bars: [...root.querySelectorAll(".strip")].map((strip) => [strip.dataset.strip,
        [...strip.querySelectorAll(".over-time")].map((row) => [
            row.querySelector(".unit").textContent, [...row.querySelectorAll("i")]
                .map((bar) => Number(bar.style.getPropertyValue("--v")))])]),
    scale: root.querySelector(".scale").textContent,
})"""


@pytest.fixture
def open_page(browser, site, request):
    visits = []

    def open_page(path, **settings):
        context = offline(browser, **settings)
        request.addfinalizer(context.close)
        visits.append(Visit(context, f"{site}/{page_of(path)}"))
        return visits[-1].page

    yield open_page
    for visit in visits:
        assert not visit.requests_elsewhere()
        assert not visit.complaints


def test_the_chapter_and_its_lab_have_one():
    assert {path.values[0].stem for path in PLAYERS} >= {
        "05_step_by_step",
        "a_trained_lstm_keeps_the_plural",
    }


@every_player
def test_every_number_is_what_numpy_computes(open_page, path, model_id):
    state = models(read(path))[model_id]["state"]
    assert state["graph"] == equations.javascript(trace(LSTMCell))
    root = open_page(path, **LAPTOP).locator(".player")
    for held in ("none", "f", "i", "o"):
        root.locator(f"[data-open={held}]").click()
        values = written_out(state["weights"], state["x"], held)
        look = root.evaluate(LOOK)
        for name, bars in look["bars"]:
            scale = float(look["scale"].removeprefix("\u00b1")) if name == "c" else 1
            assert {unit for unit, _ in bars} == set(state["units"])
            for unit, heights in bars:
                shown = values[name][:, state["units"][unit]]
                np.testing.assert_allclose(np.array(heights) * scale, shown, atol=1e-4 * scale)
    root.locator("[data-open=none]").click()
    values = written_out(state["weights"], state["x"])
    for unit, k in state["units"].items():
        root.locator(f"[data-unit='{unit}']").click()
        for t in range(0, len(state["tokens"]), 3):
            root.locator("input").evaluate(GO_TO, t)
            for name, text in root.evaluate(LOOK)["texts"]:
                assert text == number(values[name][t, k]), name


GO_TO = """(slider, t) => {
    slider.value = t;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
}"""


@every_player
@pytest.mark.parametrize("window", [{"viewport": {"width": 1366, "height": 768}}, PHONE])
def test_its_strips_and_its_controls_are_on_one_screen(open_page, path, model_id, window):
    page = open_page(path, **window)
    page.evaluate(LAY_OUT)
    root = page.locator(".player")
    boxes = [root.locator(part).bounding_box() for part in (".controls", ".strips")]
    whole = boxes[1]["y"] + boxes[1]["height"] - boxes[0]["y"]
    assert whole < window["viewport"]["height"] - 60  # the page's own bar
    last = root.locator(".over-time").last
    for token, cell in zip(
        root.locator(".tokens span").all(), last.locator("i").all(), strict=True
    ):
        one, other = (each.bounding_box() for each in (token, cell))
        assert abs(one["x"] + one["width"] / 2 - other["x"] - other["width"] / 2) < 2
