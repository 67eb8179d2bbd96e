"""Every name in the code has one spelling on the page: the essay's."""

import json
import pickle
from copy import deepcopy

import pytest
from oracles import CELLS
from refusal import refused

from lstm_lib.equations import trace
from lstm_lib.equations.notation import (
    Derivative,
    copy,
    html,
    last,
    meaning,
    number,
    power_of_ten,
    pre_activation,
    quantity,
    spell,
    tex,
    two_figures,
    value,
    weight,
)
from lstm_lib.equations.palette import HUES

MINUS, TILDE = "\u2212", "\u0303"
SPELLINGS = [
    (value("x"), "x", "x_t", "<i>x</i><sub><i>t</i></sub>"),
    (value("h"), "h", "h_t", "<i>h</i><sub><i>t</i></sub>"),
    (last("h"), "h_prev", "h_{t-1}", f"<i>h</i><sub><i>t</i>{MINUS}1</sub>"),
    (value("c"), "c", "C_t", "<i>C</i><sub><i>t</i></sub>"),
    (last("c"), "c_prev", "C_{t-1}", f"<i>C</i><sub><i>t</i>{MINUS}1</sub>"),
    (value("c_tilde"), "c_tilde", r"\tilde{C}_t", f"<i>C{TILDE}</i><sub><i>t</i></sub>"),
    (value("f"), "f", "f_t", "<i>f</i><sub><i>t</i></sub>"),
    (weight("W", "f"), "W_f", "W_f", "<i>W</i><sub><i>f</i></sub>"),
    (weight("U", "i"), "U_i", "U_i", "<i>U</i><sub><i>i</i></sub>"),
    (weight("b", "o"), "b_o", "b_o", "<i>b</i><sub><i>o</i></sub>"),
    (weight("W", "c_tilde"), "W_c_tilde", "W_C", "<i>W</i><sub><i>C</i></sub>"),
    (pre_activation("f"), "a_f", "a_f", "<i>a</i><sub><i>f</i></sub>"),
    (pre_activation("c_tilde"), "a_c_tilde", "a_C", "<i>a</i><sub><i>C</i></sub>"),
    (weight("W", "h"), "W_h", "W_h", "<i>W</i><sub><i>h</i></sub>"),
    (
        value("c_below"),
        "c_below",
        r"C^{\text{below}}_t",
        "<i>C</i><sup>below</sup><sub><i>t</i></sub>",
    ),
    (weight("W", "f_up"), "W_f_up", r"W^{\text{up}}_f", "<i>W</i><sup>up</sup><sub><i>f</i></sub>"),
    (
        last("h_up"),
        "h_up_prev",
        r"h^{\text{up}}_{t-1}",
        f"<i>h</i><sup>up</sup><sub><i>t</i>{MINUS}1</sub>",
    ),
    (weight("Rf", "i"), "Rf_i", "R_{fi}", "<i>R</i><sub><i>fi</i></sub>"),
    (weight("P", "h"), "P_h", "P_h", "<i>P</i><sub><i>h</i></sub>"),
    (value("clock"), "clock", "k_t", "<i>k</i><sub><i>t</i></sub>"),
    (value("d"), "d", "d_t", "<i>d</i><sub><i>t</i></sub>"),
    (weight("b", "d"), "b_d", "b_d", "<i>b</i><sub><i>d</i></sub>"),
    (weight("d", "h_tilde"), "d_h_tilde", "d_h", "<i>d</i><sub><i>h</i></sub>"),
    (copy(value("f"), 3), "f_3", "f_3", "<i>f</i><sub>3</sub>"),
    (copy(value("c_tilde"), 2), "c_tilde_2", r"\tilde{C}_2", f"<i>C{TILDE}</i><sub>2</sub>"),
    (copy(value("f"), 12), "f_12", "f_{12}", "<i>f</i><sub>12</sub>"),
    (copy(last("c"), 3), "c_prev_3", "C_{t-1,3}", f"<i>C</i><sub><i>t</i>{MINUS}1,3</sub>"),
    (copy(weight("W", "f"), 3), "W_f_3", "W_{f,3}", "<i>W</i><sub><i>f</i>,3</sub>"),
    (copy(pre_activation("c_tilde"), 3), "a_c_tilde_3", "a_{C,3}", "<i>a</i><sub><i>C</i>,3</sub>"),
]


ids = [code for _, code, *_ in SPELLINGS]


@pytest.mark.parametrize("name, code, as_tex, as_html", SPELLINGS, ids=ids)
def test_a_name_is_spelt_as_in_the_essay(name, code, as_tex, as_html):
    assert name == code
    assert tex(name) == as_tex
    assert html(name) == as_html


def test_a_plain_string_is_the_name_of_a_value_as_a_cell_calls_it():
    assert tex("c_tilde_up_prev") == r"\tilde{C}^{\text{up}}_{t-1}"
    assert tex("f_3") == "f_3"
    assert quantity("c_prev") == "cell"


def test_a_spelling_is_a_letter_its_tilde_and_its_subscript():
    assert spell("c_tilde") == ("C", True, "t", "")
    assert spell(weight("W", "c_tilde")) == ("W", False, "C", "")
    assert spell("c_below") == ("C", False, "t", "below")


def test_names_never_seen_before_are_spelt_and_have_their_hues():
    assert tex(value("x_tilde")) == r"\tilde{x}_t" and quantity("x_tilde") == "candidate"
    assert tex(weight("v", "r")) == "v_r" and quantity(weight("v", "r")) == "output"
    assert tex(weight("w_in", "f")) == "w_{in,f}" and html(weight("Q", "x_tilde")) == (
        "<i>Q</i><sub><i>x</i></sub>"
    )
    assert tex(value("sel_tilde")) == r"\tilde{\mathit{sel}}_t"
    assert tex(copy(copy(value("f"), 3), 2)) == "f_{3,2}"


@pytest.mark.parametrize("cell_class", CELLS)
def test_every_name_of_every_cell_has_a_spelling_of_its_own(cell_class):
    names = trace(cell_class).named
    for spelt in (tex, html):
        assert len({spelt(name) for name in names}) == len(set(names))


@pytest.mark.parametrize("cell_class", CELLS)
def test_every_letter_has_a_hue_that_there_is(cell_class):
    assert {quantity(name) for name in trace(cell_class).named} <= set(HUES)


@pytest.mark.parametrize("name", ["", "3", "W_", "f*c_prev", "tanh(c)", "dc/df", "f_", "f_prev_"])
def test_what_is_not_a_name_is_refused(name):
    sentence = f"{name!r} is not the name of a value, such as 'f', 'c_tilde' or 'c_prev'"
    for spelt in (tex, html, quantity):
        with refused(ValueError, sentence):
            spelt(name)


def test_what_has_no_row_is_refused_with_the_row_to_add():
    for use in (tex, html, quantity, meaning):
        with pytest.raises(KeyError, match='of .*s_prev.* LETTERS, in .*notation.py, such as "s":'):
            use("s_prev")
    for use in (tex, html):
        with pytest.raises(KeyError, match="no word 'left', of .* into LAYERS, in .*notation"):
            use("c_left")


def test_a_weight_as_a_plain_string_is_not_taken_for_something_else():
    for name in ("W_f", "d_h", "v_r"):
        with pytest.raises(KeyError, match=r"a weight or .* in its graph: trace\(cell\).names"):
            tex(name)


def test_what_letters_stand_for():
    assert [meaning(gate) for gate in ("f", "z", "c_tilde", "x_tilde")] == [
        "forget gate",
        "update gate",
        "candidate",
        "candidate",
    ]


@pytest.mark.parametrize(
    "name", [weight("W", "c_tilde_up"), copy(last("h_up"), 3), Derivative(value("c"), value("f"))]
)
def test_a_name_is_a_string_and_keeps_its_data_when_it_is_copied(name):
    assert json.loads(json.dumps({name: name})) == {str(name): str(name)}
    for again in (pickle.loads(pickle.dumps(name)), deepcopy(name)):
        assert again == name and vars(again) == vars(name)


@pytest.mark.parametrize(
    "value, digits, text",
    [(0.25, 1, "0.3"), (-0.25, 1, "\u22120.3"), (0.125, 2, "0.13"), (-0.001, 2, "0.00")],
)
def test_a_number_half_way_goes_away_from_zero_as_in_javascript(value, digits, text):
    assert number(value, digits) == text


def test_what_is_not_a_finite_number_is_shown_as_it_is():
    assert number(float("nan")) == "nan"
    assert number(float("-inf")) == "\u2212inf"


@pytest.mark.parametrize(
    "value, text",
    [
        (0.9**30, "0.042"),
        (1.0, "1.0"),
        (1.1**30, "17"),
        (1.5**30, "1.9 \u00d7 10\u2075"),
        (0.5**30, "9.3 \u00d7 10\u207b\u00b9\u2070"),
        (-0.0125, f"{MINUS}0.013"),
        (-3e-12, f"{MINUS}3.0 \u00d7 10\u207b\u00b9\u00b2"),
        (0.00996, "0.010"),
        (0.00099, "9.9 \u00d7 10\u207b\u2074"),
        (9.99, "10"),
        (9960.0, "1.0 \u00d7 10\u2074"),
        (0.0, "0"),
        (float("inf"), "Infinity"),
    ],
)
def test_a_number_of_any_size_has_two_figures(value, text):
    assert two_figures(value) == text


def test_a_power_of_ten():
    assert power_of_ten(6) == "10\u2076" and power_of_ten(-12) == "10\u207b\u00b9\u00b2"
