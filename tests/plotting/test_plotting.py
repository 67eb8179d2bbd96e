"""Plots say in words what they show, keep to the palette, and can be read on a phone."""

import re
from functools import cache
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from refusal import refused

from lstm_lib import plotting
from lstm_lib.equations.palette import HUES, NEUTRALS
from lstm_lib.plotting import fields, figure, lines

RNG = np.random.default_rng(0)
GAPS = [3, 10, 30, 100, 300, 1000]
WORDS = ["The", "boy", "that", "the", "girls", "near", "the", "dogs", "see", "sleeps", "."]


def falling(last_right, seeds=3):
    """Accuracies that are 1 up to a gap, and near chance beyond it."""
    right = np.array([gap <= last_right for gap in GAPS])
    return np.where(right, 1.0, 0.125 + 0.02 * np.arange(seeds)[:, None])


def decaying(rate, seeds=3):
    return rate ** np.arange(60) * (1 + 0.2 * np.arange(seeds)[:, None])


@cache
def every_plot():
    """One of each kind, with as much in it as it must carry."""
    variants = ("RNN", "GRU", "LSTM", "LSTM, forget bias 0", "LSTM, forget bias 1")
    accuracies = {label: falling(3) for label in variants}
    accuracies |= {"LSTM, forget bias 3": falling(30), "LSTM, chrono": falling(300)}
    norms = {"RNN": decaying(0.7), "LSTM, chrono": decaying(0.99)}
    losses = {
        "RNN": [2.08 + 0.05 * RNG.normal(size=600) for _ in range(3)],
        "GRU": [np.linspace(2.1, 0.1, 300), np.linspace(2.1, 0, 400)],
        "clipped": np.linspace(2, 1, 20),
    }
    signed = RNG.normal(size=(len(WORDS), 4))
    gates = {("f", "number"): signed[:, 0] ** 2 / 10, "c_tilde": np.tanh(signed), "c": signed}
    letters = {"i": RNG.random((40, 8)), "h": RNG.normal(size=40)}
    strips = {"x": signed[:, 0], "f": np.tanh(signed[:, 1]) ** 2, "c": signed[:, 2]}
    names = ("LSTM", "LSTM, forget bias 1", "GRU", "GRU, update bias 1")
    needed = {task: {name: 600 * RNG.random(10) for name in names} for task in ("recall", "adding")}
    needed["counting"] = {name: [40.0, 300, *[np.nan] * 8] for name in names}
    return {
        "dots": plotting.dots(needed, {"recall": 600, "adding": 800, "counting": 600}),
        "accuracy": plotting.accuracy_against_gap(accuracies, GAPS, chance=0.125),
        "gradient": plotting.gradient_against_lag(norms, rates={"RNN": 0.7}),
        "learning": plotting.learning_curves(losses, guides={"guessing": np.log(8)}),
        "curves": plotting.curves({"w = 1": np.ones(9), "w = 1.5": 1.5 ** np.arange(9)}),
        "words": plotting.gate_map(gates, WORDS),
        "letters": plotting.gate_map(
            letters, list("the cats that saw the dog sleep and dream")[:40]
        ),
        "steps": plotting.gate_map({"f": RNG.random(200)}),
        "over time": plotting.over_time(strips, {"x": "the noise", "c": "the cell state"}),
        "way back": plotting.way_back([0.11, 0.29, 0.57, 1], [0.37, 0.5, 0.57], [0.09, 0.2, 0.36]),
    }


KINDS = (
    *("dots", "accuracy", "gradient", "learning", "curves", "words", "letters", "steps"),
    *("over time", "way back"),
)
each_plot = pytest.mark.parametrize("name", KINDS)


def test_every_kind_of_plot_is_looked_at():
    assert tuple(every_plot()) == KINDS


def texts(figure):
    """The words in a plot, a piece of text an entry."""
    pieces = re.findall(r"<text\b.*?</text>", figure.svg, re.DOTALL)
    return [re.sub(r"\s*<[^>]+>\s*", "", piece) for piece in pieces]


# In the page


@each_plot
def test_every_colour_is_the_pages(name):
    svg = every_plot()[name].svg[every_plot()[name].svg.index("<svg") :]
    shades = {hue.light for hue in (HUES | NEUTRALS).values()}
    outside = re.sub(r"var\(--[a-z]+, (var\(--[a-z]+, )?#\w{6}\)+", "", svg)
    assert not re.findall(r"#[0-9a-fA-F]{6}\b", outside)
    assert set(re.findall(r"#[0-9a-f]{6}\b", svg)) <= shades


@each_plot
def test_a_plot_has_a_voice_and_no_fixed_height(name):
    figure = every_plot()[name]
    opening = re.search(r"<svg[^>]*>", figure.svg)[0]
    assert 'role="img"' in opening and f'aria-label="{figure.alt}"' in opening
    assert "viewBox" in opening and " height=" not in opening
    assert figure.alt.endswith(".") and repr(figure) == f"<Figure: {figure.alt}>"
    assert figure._repr_html_() == figure.svg


@each_plot
def test_a_plot_keeps_its_style_to_itself(name):
    rules = re.findall(r"(?<=[>}])\s*([^{}<>@]+)\{", "".join(styles(every_plot()[name])))
    assert rules and all(".plot" in part for rule in rules for part in rule.split(","))


def styles(figure):
    return re.findall(r"<style\b[^>]*>.*?</style>", figure.svg, re.DOTALL)


def test_what_stands_in_the_sentence_cannot_break_the_page():
    figure = plotting.curves({"RNN": [1, 2]}, alt_title='<b>"Fish" & chips')
    assert 'aria-label="&lt;b&gt;&quot;Fish&quot; &amp; chips: RNN' in figure.svg


def test_the_same_numbers_give_the_same_bytes():
    once, again = (plotting.curves({"RNN": [1, 2], "LSTM": [2, 1]}).svg for _ in range(2))
    assert once == again
    assert "<metadata" not in once and "<dc:date" not in once


LOOK = """() => {
  const svg = document.querySelector("svg"), scale = svg.getScreenCTM().a, page = {};
  const box = svg.getBoundingClientRect();
  page.width = box.width;
  page.texts = [...svg.querySelectorAll("text")].map(text => {
    const pieces = [...text.querySelectorAll("tspan")];
    const sizes = (pieces.length ? pieces : [text]).map(
      piece => scale * parseFloat(getComputedStyle(piece).fontSize));
    const r = text.getBoundingClientRect();
    return {words: text.textContent.replace(/\\s+/g, ""), sizes, fill: getComputedStyle(text).fill,
            left: r.left - box.left, right: r.right - box.left,
            top: r.top - box.top, bottom: r.bottom - box.top};
  });
  page.height = box.height;
  return page;
}"""


def looked_at(browser, figure, theme="light", width=358):
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.set_content(
        f'<!doctype html><html data-theme="{theme}"><body style="margin:0">{figure._repr_html_()}'
    )
    try:
        return page.evaluate(LOOK)
    finally:
        page.close()


@each_plot
def test_a_plot_is_legible_on_a_phone(browser, name):
    page = looked_at(browser, every_plot()[name])
    assert page["width"] == pytest.approx(358, abs=1)
    for text in page["texts"]:
        assert max(text["sizes"]) >= 10.5, text
        assert min(text["sizes"]) >= 9, text  # a subscript
        assert text["left"] >= -1 and text["right"] <= page["width"] + 1, text
        assert text["top"] >= -1 and text["bottom"] <= page["height"] + 1, text


@each_plot
def test_no_two_texts_of_a_plot_overlap(browser, name):
    page = looked_at(browser, every_plot()[name], width=700)
    for one, other in combinations((t for t in page["texts"] if t["words"]), 2):
        wide = min(one["right"], other["right"]) - max(one["left"], other["left"])
        tall = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
        assert wide < 1.5 or tall < 4, (
            one["words"],
            other["words"],
        )  # a box is taller than its ink


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_plot_follows_the_theme(browser, theme):
    page = looked_at(browser, every_plot()["accuracy"], theme)
    fill = {text["words"]: text["fill"] for text in page["texts"]}
    for word, hue in {"RNN": "hidden", "GRU": "x", "LSTM,chrono": "output"}.items():
        red, green, blue = bytes.fromhex(getattr(HUES[hue], theme)[1:])
        assert fill[word] == f"rgb({red}, {green}, {blue})"


# How lines look


def test_no_two_lines_share_hue_dash_or_marker_except_the_plain_ones():
    for one, other in combinations(plotting.LOOKS.values(), 2):
        assert one.hue != other.hue and one.marker != other.marker
        assert one.dash != other.dash or one.dash == "-"
    assert {look.hue for look in plotting.LOOKS.values()} == set(HUES)


def test_a_network_looks_the_same_in_every_plot():
    looks, known = lines.looks_of, plotting.LOOKS
    assert looks(["GRU", "LSTM, chrono"]) == {"GRU": known["GRU"], "LSTM, chrono": known["chrono"]}
    assert looks(["forget bias 3", "RNN"])["forget bias 3"] == known["forget bias 3"]


def test_other_lines_get_the_looks_that_are_left():
    found = lines.looks_of(["clipped", "RNN", "penalty", "GRU"])
    assert found["RNN"] == plotting.LOOKS["RNN"] and found["GRU"] == plotting.LOOKS["GRU"]
    assert len({look.hue for look in found.values()}) == 4


def test_more_lines_than_can_be_told_apart_are_refused():
    with refused(ValueError, "8 lines in one plot; 7 can be told apart"):
        plotting.curves({f"line {k}": [1, 2] for k in range(8)})


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_names_at_line_ends_do_not_touch_and_keep_their_order(ends):
    wanted = dict(enumerate(ends))
    middles = lines.spread(wanted, dict.fromkeys(wanted, 0.1), low=0.0, high=1.0)
    order = sorted(wanted, key=wanted.get)
    for lower, upper in zip(order, order[1:], strict=False):
        assert middles[upper] - middles[lower] >= 0.1 - 1e-9
    assert middles[order[0]] >= 0.05 - 1e-9 and middles[order[-1]] <= 0.95 + 1e-9


def test_names_with_room_stay_where_their_lines_end():
    wanted = {"a": 0.2, "b": 0.8, "c": 0.5}
    assert lines.spread(wanted, dict.fromkeys(wanted, 0.1)) == pytest.approx(wanted)


def test_names_that_meet_share_the_way():
    middles = lines.spread({"a": 0.5, "b": 0.5}, {"a": 0.1, "b": 0.1})
    assert middles == pytest.approx({"a": 0.45, "b": 0.55})


def test_long_names_are_broken_after_a_comma():
    assert lines.wrapped("LSTM, chrono") == "LSTM, chrono"
    assert lines.wrapped("LSTM, forget bias 3") == "LSTM,\nforget bias 3"


# Curves


def test_seeds_become_their_median_between_lowest_and_highest():
    line = lines.line_of("RNN", [[1, 2], [5, 9], [3, 1]], None, "")
    assert line.seeds == 3 and list(line.x) == [1, 2]
    assert [list(part) for part in (line.middle, line.low, line.high)] == [[3, 2], [1, 1], [5, 9]]


def test_a_band_is_drawn_for_seeds_and_for_nothing_else():
    alone, several = (plotting.curves({"RNN": v}).svg for v in ([1, 2, 4], [[1, 2, 4], [2, 3, 4]]))
    assert "fill-opacity: 0.14" not in alone and "fill-opacity: 0.14" in several


@pytest.mark.parametrize(
    "numbers, sentence",
    [
        ([0, 1, 2, 3, 4], "RNN rises from 0 at step 1 to 4 at step 5"),
        ([4, 3, 2, 1, 0], "RNN falls from 4 at step 1 to 0 at step 5"),
        ([4, 4, 4, 0, 0], "RNN falls from 4 at step 1 to 0 at step 5, mostly between step 3 and 4"),
        ([0, 1, 7, 3, 4], "RNN rises from 0 at step 1 to 4 at step 5, mostly between step 2 and 3, "
                          "highest 7 at step 3"),
        ([2, 1, 0, 1, 2], "RNN is 2 at step 1 and 2 at step 5, lowest 0 at step 3"),
        ([0.1234], "RNN is 0.123 at step 1"),
        ([[1, 0], [1, 0.5], [1, 0.25]],
         "RNN falls from 1 at step 1 to 0.25 at step 2 (3 seeds, 0 to 0.5 there)"),
    ],
)  # fmt: skip
def test_a_curve_is_told_from_its_numbers(numbers, sentence):
    assert plotting.curves({"RNN": numbers}, alt_title="Test").alt == f"Test: {sentence}."


def test_on_a_logarithmic_axis_small_differences_are_told():
    norms = {"RNN": [1, 1e-4, 1e-9, 0.0]}
    assert plotting.curves(norms, log="y", alt_title="Test").alt == (
        "Test: RNN falls from 1 at step 1 to 1e\u22129 at step 3, mostly between step 2 and 3, "
        "not above zero at 1 of 4 points."
    )


def test_guides_are_named_and_told():
    figure = plotting.curves(
        {"RNN": [1, 2]}, guides={"chance": 0.5, "theory": [1, 3]}, x=[0, 7], x_label="gap"
    )
    assert figure.alt.endswith(
        "; for comparison, chance is 0.5; "
        "for comparison, theory goes from 1 at gap 0 to 3 at gap 7."
    )
    assert {"RNN", "chance", "theory"} <= set(texts(figure))


@pytest.mark.parametrize(
    "value, text",
    [(0, "0"), (1000, "1000"), (0.12345, "0.123"), (-2.5, "\u22122.5"), (3.2e-9, "3e\u22129"),
     (1e7, "1e7"), (1, "1")],
)  # fmt: skip
def test_numbers_are_told_shortly(value, text):
    assert figure.short(value) == text


def test_ticks_are_plain_numbers():
    assert {"10", "100", "1,000"} <= set(texts(every_plot()["accuracy"]))
    assert {"1", "10⁻²", "10⁻⁴"} <= set(texts(every_plot()["gradient"]))
    assert lines.power_of_ten(10) == "10" and lines.power_of_ten(1e12) == "10¹²"


def test_curves_that_cannot_be_drawn_are_refused():
    with refused(ValueError, "values is empty: there is nothing to draw"):
        plotting.curves({})
    with refused(ValueError, "RNN has 2 points, and x has shape (3,)"):
        plotting.curves({"RNN": [1, 2]}, x=[1, 2, 3])
    expected = "RNN has shape (1, 1, 1); (points,) or (seeds, points) is expected"
    with refused(ValueError, expected):
        plotting.curves({"RNN": [[[1]]]})
    with refused(ValueError, "RNN has numbers that are not finite"):
        plotting.curves({"RNN": [1, np.nan]})
    with refused(ValueError, "RNN is never above zero, where a logarithmic axis begins"):
        plotting.curves({"RNN": [0, -1]}, log="y")
    with refused(ValueError, "the guide theory has shape (3,); give a number, or one per x"):
        plotting.curves({"RNN": [1, 2]}, x=[1, 2], guides={"theory": [1, 2, 3]})


# Dots

NEEDED = {"recall": {"LSTM": [50, 70, 60], "GRU": [90, np.nan, np.nan]}}


def test_dots_are_told_with_their_median_if_more_than_half_got_there():
    figure = plotting.dots(NEEDED, 600, alt_title="Test")
    assert figure.alt == ("Test: recall, LSTM 3 of 3 seeds, median 60 updates, GRU 1 of 3 seeds.")


def test_every_seed_has_a_mark_and_those_that_did_not_get_there_are_hollow():
    figure = plotting.dots(NEEDED, 600)
    marks = re.findall(r"<use [^>]*style=\"([^\"]*)\"", figure.svg)
    hollow = [style for style in marks if "fill-opacity: 0;" in style]
    filled = [style for style in marks if "fill-opacity: 0.75" in style]
    assert len(filled) == 4 and len(hollow) == 2


def test_dots_that_cannot_be_drawn_are_refused():
    with refused(ValueError, "values is empty: there is nothing to draw"):
        plotting.dots({}, 600)
    with refused(ValueError, "panel adding has the rows GRU, not ['LSTM', 'GRU']"):
        plotting.dots(NEEDED | {"adding": {"GRU": [1]}}, 600)
    with refused(ValueError, "LSTM has numbers above 60 in panel recall"):
        plotting.dots(NEEDED, {"recall": 60})


# Learning curves


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(st.floats(-9, 9), min_size=1, max_size=30), st.integers(1, 40))
def test_each_step_is_the_mean_of_the_last(run, window):
    expected = [np.mean(run[max(0, k + 1 - window) : k + 1]) for k in range(len(run))]
    np.testing.assert_allclose(lines.running_mean("RNN", run, window), expected, atol=1e-9)


def test_a_run_that_stopped_early_keeps_its_last_value():
    figure = plotting.learning_curves({"RNN": [[3, 2, 1], [3, 3, 3, 3, 5]]}, mean_of=1)
    assert figure.alt == (
        "Loss over training: RNN is 3 at update 1 and 3 at update 5, "
        "lowest 2 at update 3 (2 seeds, 1 to 5 there)."
    )


def test_a_long_run_is_thinned_and_its_last_step_stays():
    long = plotting.learning_curves({"RNN": np.linspace(1, 0, 5000)}, "error")
    assert long.alt.startswith("Error over training: RNN falls from 1 at update 1 to 0.00")
    assert "at update 5000" in long.alt
    noisy = plotting.learning_curves({"RNN": np.random.default_rng(0).normal(size=5000)})
    assert len(noisy.svg) < 25_000


def test_a_run_without_steps_and_a_mean_of_none_are_refused():
    with refused(ValueError, "a run of RNN has no steps"):
        plotting.learning_curves({"RNN": [[1.0], []]})
    with refused(ValueError, "a run of RNN has no steps"):
        plotting.learning_curves({"RNN": []})
    with refused(ValueError, "mean_of is 0; it must be 1 or more"):
        plotting.learning_curves({"RNN": [1.0]}, mean_of=0)


# Gradients and gaps


def test_a_rate_is_drawn_from_where_its_line_starts():
    figure = plotting.gradient_against_lag({"RNN": [[2, 1], [4, 1], [8, 1]]}, rates={"RNN": 0.5})
    assert figure.alt == (
        "Gradient norm against lag: RNN falls from 4 at lag 0 to 1 at lag 1 "
        "(3 seeds, 1 to 1 there); "
        "for comparison, 0.5 per step goes from 4 at lag 0 to 2 at lag 1."
    )
    assert "0.5 per step" in texts(figure)


def test_theory_goes_no_further_down_than_what_was_measured():
    norms = {"RNN": [1.0, 1e-3, 1e-6, 0.0]}
    figure = plotting.gradient_against_lag(norms, [0, 10, 20, 3000], rates={"RNN": 0.6})
    assert figure.alt.endswith("0.6 per step goes from 1 at lag 0 to 4e\u22125 at lag 20.")


def test_a_seed_that_vanished_does_not_take_the_band_along():
    figure = plotting.curves({"RNN": [[1, 1e-3], [1, 1e-4], [1, 0]]}, log="y")
    band = re.search(r'FillBetween.*? d="([^"]*)"', figure.svg, re.DOTALL)[1]
    points = re.findall(r"[ML] (\S+) (\S+)", band)
    assert len({x for x, _ in points}) == 2 and len({y for _, y in points}) == 3


def test_a_rate_keeps_its_digits():
    figure = plotting.gradient_against_lag({"RNN": [1, 0.9, 0.8]}, rates={"RNN": 0.975})
    assert "0.975 per step" in texts(figure)


def test_accuracy_is_told_with_its_collapse_and_with_chance():
    figure = plotting.accuracy_against_gap({"RNN": falling(30)}, GAPS, chance=0.125)
    assert figure.alt == (
        "Accuracy against gap: RNN falls from 1 at gap 3 to 0.145 at gap 1000, "
        "mostly between gap 30 and 100 (3 seeds, 0.125 to 0.165 there); "
        "for comparison, chance is 0.125."
    )


def test_gaps_that_hardly_differ_stand_on_a_plain_axis():
    wide = plotting.accuracy_against_gap({"RNN": [1, 0.5]}, [10, 1000], 0.1)
    narrow = plotting.accuracy_against_gap({"RNN": [1, 0.5]}, [10, 30], 0.1)
    zero = plotting.accuracy_against_gap({"RNN": [1, 0.5]}, [0, 1000], 0.1)
    assert "500" not in texts(wide) and "100" in texts(wide)
    assert "20" in texts(narrow) and "1,000" in texts(zero)


# Gates over a sequence


def test_a_map_is_told_by_means_and_extremes():
    figure = plotting.gate_map(
        {"f": [0.25, 1.0, 0.5], ("c", "number"): [0, -2, 1]}, ["a", "b", "c"]
    )
    assert figure.alt == (
        "Gates over a sequence: f is 0.58 on average, lowest 0.25 at step 1 (a), "
        "highest 1.00 at step 2 (b); c number is \u22120.33 on average, "
        "lowest \u22122.00 at step 2 (b), highest 1.00 at step 3 (c)."
    )
    assert {"0–1", "±2", "number", "a", "b", "c"} <= set(texts(figure))


def test_a_map_of_several_units_says_which():
    figure = plotting.gate_map({"o": [[0.5, 0.25], [0.75, 0.5]]}, alt_title="Test")
    assert figure.alt == (
        "Test: o is 0.50 on average over 2 units, lowest 0.25 at step 1 in unit 2, "
        "highest 0.75 at step 2 in unit 1."
    )


def test_a_map_shows_letters_as_they_are():
    letters = ["$x$", "_", "\\", "$"]
    assert set(letters) <= set(texts(plotting.gate_map({"f": [1, 0, 1, 0]}, letters)))


def test_a_line_says_below_zero_where_something_is():
    key = "a line through: below zero"
    below, above = (plotting.gate_map({"c": [0.5, sign * 0.9]}) for sign in (-1, 1))
    assert key in texts(below) and key not in texts(above)
    assert below.svg.count("LineCollection") > 0


def test_the_deeper_the_tint_the_stronger_the_value():
    svg = plotting.gate_map({"f": [1.0, 0.5, 0.0]}).svg
    assert re.findall(r"fill: var\(--forget, #9e0600\); opacity: ([\d.]+)", svg) == ["0.45", "0.9"]


def test_neighbours_of_one_depth_are_one_shape():
    marked = np.array([[True, True, False, True], [False, False, False, False]])
    assert list(fields.runs(marked)) == [(0, 0, 2), (0, 3, 4)]
    (first, second) = fields.outline(marked, top=1.0, row=0.5, gap=0).to_polygons()
    assert first.min(axis=0).tolist() == [0, 1] and first.max(axis=0).tolist() == [2, 1.5]
    assert second.min(axis=0).tolist() == [3, 1] and second.max(axis=0).tolist() == [4, 1.5]


def test_maps_that_do_not_fit_are_refused():
    with refused(ValueError, "one number for each step is expected; there are [2, 3] steps"):
        plotting.gate_map({"f": [1, 0], "i": [1, 0, 1]})
    with refused(ValueError, "one number for each step is expected; there are [2, 3] steps"):
        plotting.gate_map({"f": [1, 0]}, ["a", "b", "c"])
    expected = "f has shape (2,); finite numbers are expected, (seq_len,) or (seq_len, units)"
    with refused(ValueError, expected):
        plotting.gate_map({"f": [1, np.inf]})
    with pytest.raises(KeyError, match="no letter .*'s"):
        plotting.gate_map({"s": [1.0]})


# Strips and tables


def test_strips_over_time_are_told_by_their_range():
    figure = plotting.over_time({"x": [0.5, -1.0, 0.25]}, {"x": "noise"}, alt_title="Test")
    assert figure.alt == "Test: x lies between \u22121.00 and 0.50 and ends at 0.25."
    assert {"noise", "step"} <= set(texts(figure))
    assert "var(--x, #0a667f)" in figure.svg


def test_a_strip_needs_one_number_a_step():
    with refused(ValueError, "c has shape (1, 2); one number a step is expected"):
        plotting.over_time({"c": [[1, 2]]})


def test_a_table_has_a_column_a_word_and_a_row_a_value():
    table = plotting.word_table(
        ["<a>", "b"], {"f": [0.5, -2], ("c", "A & B"): [0, 0.1]}, 'Two "rows"'
    )
    cells = re.findall(r'<td style="--share: (\d+)%">([^<]*)</td>', table.html)
    assert cells == [("15", "0.50"), ("30", "\u22122.00"), ("0", "0.00"), ("3", "0.10")]
    assert re.findall(r'<th scope="col">(.*?)</th>', table.html) == ["&lt;a&gt;", "b"]
    assert re.findall(r"--hue: var\(--(\w+)\)", table.html) == ["forget", "cell"]
    assert "A &amp; B</th>" in table.html and 'aria-label="Two &quot;rows&quot;"' in table.html
    assert repr(table) == '<Table: Two "rows">' and table._repr_html_() == table.html


def test_a_row_that_does_not_fit_the_words_is_refused():
    with refused(ValueError, "row f has 1 numbers for 2 words"):
        plotting.word_table(["a", "b"], {"f": [0.5]}, "")


def test_plots_on_one_page_share_no_id_and_each_finds_its_own():
    seen = set()
    for plot in every_plot().values():
        ids = re.findall(r'\bid="([^"]*)"', plot.svg)
        assert ids and len(ids) == len(set(ids)) and seen.isdisjoint(ids)
        assert set(re.findall(r'(?:url\(|href=")#([^")]*)', plot.svg)) <= set(ids)
        seen.update(ids)


# A chain


def test_the_way_back_is_told_from_the_end_and_its_parts_are_added():
    assert every_plot()["way back"].alt == (
        "A chain of 4 states, from h 0 to h 3, with the weight u at each step. The gradient goes "
        "back from 1.00 at the last state: times 0.57 is 0.57, times 0.50 is 0.29, times 0.37 is "
        "0.11. The gradient of u is 0.09 plus 0.20 plus 0.36, 0.65."
    )
    assert {"×0.37", "0.57", "+", "0.65"} <= set(texts(every_plot()["way back"]))


def test_a_chain_has_one_gradient_more_than_steps():
    expected = "there are 2 gradients, 2 factors and 1 parts; a chain has one gradient more"
    with pytest.raises(ValueError, match=expected):
        plotting.way_back([1, 1], [1, 1], [1])
