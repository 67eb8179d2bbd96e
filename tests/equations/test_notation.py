"""Every name in the code has one spelling on the page: the essay's."""

import pytest
from oracles import CELLS
from refusal import refused

from lstm_lib.equations import trace
from lstm_lib.equations.notation import html, number, size, spell, tex

MINUS, TILDE = "\u2212", "\u0303"
SPELLINGS = [
    ("x", "x_t", "<i>x</i><sub><i>t</i></sub>"),
    ("h", "h_t", "<i>h</i><sub><i>t</i></sub>"),
    ("h_prev", "h_{t-1}", f"<i>h</i><sub><i>t</i>{MINUS}1</sub>"),
    ("c", "C_t", "<i>C</i><sub><i>t</i></sub>"),
    ("c_prev", "C_{t-1}", f"<i>C</i><sub><i>t</i>{MINUS}1</sub>"),
    ("c_tilde", r"\tilde{C}_t", f"<i>C{TILDE}</i><sub><i>t</i></sub>"),
    ("f", "f_t", "<i>f</i><sub><i>t</i></sub>"),
    ("W_f", "W_f", "<i>W</i><sub><i>f</i></sub>"),
    ("U_i", "U_i", "<i>U</i><sub><i>i</i></sub>"),
    ("b_o", "b_o", "<i>b</i><sub><i>o</i></sub>"),
    ("W_c_tilde", "W_C", "<i>W</i><sub><i>C</i></sub>"),
    ("a_f", "a_f", "<i>a</i><sub><i>f</i></sub>"),
    ("a_c_tilde", "a_C", "<i>a</i><sub><i>C</i></sub>"),
    ("W_h", "W_h", "<i>W</i><sub><i>h</i></sub>"),
    ("c_below", r"C^{\text{below}}_t", "<i>C</i><sup>below</sup><sub><i>t</i></sub>"),
    ("W_f_up", r"W^{\text{up}}_f", "<i>W</i><sup>up</sup><sub><i>f</i></sub>"),
    ("h_up_prev", r"h^{\text{up}}_{t-1}", f"<i>h</i><sup>up</sup><sub><i>t</i>{MINUS}1</sub>"),
    ("Rf_i", "R_{fi}", "<i>R</i><sub><i>fi</i></sub>"),
    ("P_h", "P_h", "<i>P</i><sub><i>h</i></sub>"),
    ("clock", "k_t", "<i>k</i><sub><i>t</i></sub>"),
    ("d", "d_t", "<i>d</i><sub><i>t</i></sub>"),
    ("b_d", "b_d", "<i>b</i><sub><i>d</i></sub>"),
    ("d_h_tilde", "d_h", "<i>d</i><sub><i>h</i></sub>"),
    ("f_3", "f_3", "<i>f</i><sub>3</sub>"),
    ("c_tilde_2", r"\tilde{C}_2", f"<i>C{TILDE}</i><sub>2</sub>"),
    ("f_12", "f_{12}", "<i>f</i><sub>12</sub>"),
    ("c_prev_3", "C_{t-1,3}", f"<i>C</i><sub><i>t</i>{MINUS}1,3</sub>"),
    ("W_f_3", "W_{f,3}", "<i>W</i><sub><i>f</i>,3</sub>"),
    ("a_c_tilde_3", "a_{C,3}", "<i>a</i><sub><i>C</i>,3</sub>"),
]


@pytest.mark.parametrize("name, as_tex, as_html", SPELLINGS, ids=[row[0] for row in SPELLINGS])
def test_a_name_is_spelt_as_in_the_essay(name, as_tex, as_html):
    assert tex(name) == as_tex
    assert html(name) == as_html


def test_a_spelling_is_a_letter_its_tilde_and_its_subscript():
    assert spell("c_tilde") == ("C", True, "t", "")
    assert spell("W_c_tilde") == ("W", False, "C", "")
    assert spell("c_below") == ("C", False, "t", "below")


@pytest.mark.parametrize("cell_class", CELLS)
def test_every_name_of_every_cell_has_a_spelling_of_its_own(cell_class):
    names = trace(cell_class).named
    for spelt in (tex, html):
        assert len({spelt(name) for name in names}) == len(set(names))


@pytest.mark.parametrize(
    "name", ["", "3", "W_", "f*c_prev", "tanh(c)", "F", "dc/df", "f_", "f_prev_"]
)
def test_what_is_not_a_name_is_refused(name):
    with refused(
        ValueError, f"{name!r} is not the name of a value, such as 'f', 'c_prev' or 'W_f'"
    ):
        tex(name)
    with pytest.raises(ValueError, match="is not the name of a value"):
        html(name)


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
    assert size(value) == text
