"""A sequence that an LSTM reads: its module at one token, and its units over time."""

import copy
import math
from html import escape

import numpy as np
import traitlets

from lstm_lib import equations
from lstm_lib.cells import LSTMCell
from lstm_lib.cells.checks import unknown_name
from lstm_lib.cells.functions import tanh
from lstm_lib.equations import notation, trace
from lstm_lib.equations.javascript import evaluator
from lstm_lib.equations.notation import meaning, number, quantity
from lstm_lib.sequences import unroll
from lstm_lib.widgets.base import PaintedWidget, script
from lstm_lib.widgets.markup import RESET, paint

STRIPS = ("f", "i", "c_tilde", "c", "o", "h")
"""The values that have a strip, from top to bottom."""

GATES = ("f", "i", "o")
"""The gates that can be held open."""

DECIMALS = 4
"""Weights and inputs are rounded to this many: they are stored in the page."""


class SequencePlayer(PaintedWidget):
    """A sequence that an LSTM reads, token by token: its module, and its units over time.

    Above, the LSTM's module with the values of one unit at one token; below, a strip for each of
    the gates, the candidate and the two states, with a row for each unit and a bar for each token.
    The reader plays the sequence, steps, goes back or drags, chooses a unit, and holds a gate open
    to see what breaks. The cell's own equations are computed in the page, from its weights, which
    are rounded to four decimals.

    ``t``, the place of the token, from 0, ``unit``, the name of the unit, and ``held_open``
    (``"none"``, ``"f"``, ``"i"`` or ``"o"``) can be read, observed and set.

    Args:
        cell: a cell with the gates of an LSTM, :math:`C_t = f_t \\odot C_{t-1} + i_t \\odot
            \\tilde{C}_t` and :math:`h_t = o_t \\odot \\tanh(C_t)`.
        x: the inputs, ``(len(tokens), input_size)``.
        tokens: what stands for each of them, a short word or a sign.
        units: the units to show, by the name to show them with: ``{"plural": 3}``. All units, by
            their number, if left out; up to six fit on a screen.
        t: the initial place.

    Raises:
        ValueError: a cell with other equations; inputs that do not fit the tokens or the cell; a
            place, a unit or a gate that is not there.
    """

    _esm = evaluator() + script("sequence_player.js")

    t = traitlets.Int().tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    held_open = traitlets.Enum(("none", *GATES), "none").tag(sync=True)
    tokens = traitlets.List().tag(sync=True)
    units = traitlets.Dict().tag(sync=True)
    graph = traitlets.Dict().tag(sync=True)
    weights = traitlets.Dict().tag(sync=True)
    x = traitlets.List().tag(sync=True)
    meanings = traitlets.Dict().tag(sync=True)

    def __init__(self, cell, x, tokens, units=None, t=0):
        self._cell = rounded(cell)
        self._x = np.round(np.asarray(x, dtype=float), DECIMALS)
        units = units or {f"unit {k}": k for k in range(cell.hidden_size)}
        check(cell, self._x, tokens, units)
        super().__init__(
            tokens=list(tokens),
            units=dict(units),
            graph=equations.javascript(trace(type(cell))),
            weights={
                notation.weight(kind, gate): weights.tolist()
                for kind, group in self._cell.weights.items()
                for gate, weights in group.items()
            },
            x=self._x.tolist(),
            meanings={name: meaning(name) for name in STRIPS},
            unit=next(iter(units)),
            t=t,
            settings=["t", "unit", "held_open"],
            choices={"unit": list(units), "held_open": ["none", *GATES]},
        )
        self._paint()
        self.observe(self._paint_again, names=["t", "unit", "held_open"])

    @traitlets.validate("t")
    def _is_a_place(self, proposal):
        last = len(self.tokens) - 1
        if not 0 <= proposal.value <= last:
            raise ValueError(f"t is {proposal.value}; the tokens here are 0 to {last}")
        return proposal.value

    @traitlets.validate("unit")
    def _is_shown(self, proposal):
        if proposal.value not in self.units:
            raise ValueError(unknown_name("unit", proposal.value, self.units))
        return proposal.value

    def values(self) -> dict:
        """Every value over time by name, for all units, each ``(tokens, units)``."""
        cell = self._cell if self.held_open == "none" else opened(self._cell, self.held_open)
        run = unroll(cell, self._x)
        before = {
            f"{name}_prev": np.vstack([np.zeros_like(state[:1]), state[:-1]])
            for name, state in run.states.items()
        }
        values = {**run.gates, **run.states, **before}
        values["f*c_prev"] = values["f"] * values["c_prev"]
        values["i*c_tilde"] = values["i"] * values["c_tilde"]
        values["tanh(c)"] = tanh(values["c"])
        return values

    def _paint(self):
        values, unit = self.values(), self.units[self.unit]
        here = {name: over_time[self.t, unit] for name, over_time in values.items()}
        self.static_html = paint(markup(self, values, here), here, {})


def check(cell, x, tokens, units):
    """The cell must have the LSTM's equations, and the rest must fit."""
    graph, lstm = trace(type(cell)), trace(LSTMCell)
    for name in ("c", "h"):
        ours, theirs = (
            g.write(name, "plain", str) if name in g.outputs else "" for g in (graph, lstm)
        )
        if ours != theirs:
            raise ValueError(
                f"the player shows an LSTM, with {name} = {theirs}; {type(cell).__name__} has "
                + (f"{name} = {ours}" if ours else f"no {name}")
            )
    if x.shape != (len(tokens), cell.input_size):
        raise ValueError(
            f"x has shape {x.shape}; {len(tokens)} tokens for a cell with input_size="
            f"{cell.input_size} need ({len(tokens)}, {cell.input_size})"
        )
    for name, unit in units.items():
        if not 0 <= unit < cell.hidden_size:
            raise ValueError(
                f"unit {name!r} is number {unit}; the cell has units 0 to {cell.hidden_size - 1}"
            )


def rounded(cell):
    """The same cell with weights that take little room in a page."""
    cell = copy.deepcopy(cell)
    for group in cell.weights.values():
        for gate in list(group):
            group[gate] = np.round(group[gate].astype(float), DECIMALS)
    return cell


def opened(cell, gate):
    """The same cell with one gate always open: nothing but a bias without end."""
    cell = copy.deepcopy(cell)
    for kind, group in cell.weights.items():
        if gate in group:
            group[gate] = np.full_like(group[gate], math.inf if kind == "b" else 0.0)
    return cell


# Markup


def markup(player, values, here):
    many = " many" if len(player.tokens) > 14 else ""  # tokens, which stand upright then
    dense = " dense" if len(player.units) > 2 else ""
    return (
        f'<div class="lstm-widget player{many}{dense}" role="group"'
        f' aria-label="A sequence in an LSTM" style="--steps: {len(player.tokens)};'
        f' --t: {player.t}">'
        + controls(player)
        + f'<div class="now">{module(player, here)}<div class="sums">{sums(player)}</div></div>'
        + f'<div class="score"><div class="marker" aria-hidden="true"></div>{tokens(player)}'
        + slider(player, here)
        + '<div class="strips" role="grid" aria-label="every value of the units over time">'
        + "".join(strip(player, name, values) for name in STRIPS)
        + f'</div></div><p class="pointed">{HINT}</p>'
        + '<p class="said" role="status"></p></div>'
    )


HINT = "Point at a bar for its number."


def controls(player):
    def buttons(attribute, chosen, labels):
        return "".join(
            f'<button type="button" data-{attribute}="{escape(option)}"'
            f' aria-pressed="{str(option == chosen).lower()}">{label}</button>'
            for option, label in labels.items()
        )

    units = {name: escape(name) for name in player.units}
    gates = {"none": "none"} | {gate: f"<i>{LETTERS[gate]}</i>" for gate in GATES}
    return (
        '<div class="controls"><div class="choice" role="group" aria-label="Move">'
        '<button type="button" class="back">Back</button>'
        '<button type="button" class="play">Play</button>'
        f'<button type="button" class="next">Step</button>{RESET}</div>'
        '<div class="choice" role="group" aria-label="Unit in the module"><span>Unit</span>'
        + buttons("unit", player.unit, units)
        + '</div><div class="choice" role="group" aria-label="Gate held open">'
        + "<span>Held open</span>"
        + buttons("open", player.held_open, gates)
        + "</div></div>"
    )


def module(player, here):
    """The LSTM's module in large letters, for a phone, with places for the values."""
    layers = "".join(
        f'<g class="layer q-{quantity(name)}"><rect x="{x - 25}" y="92" width="50" height="42"'
        f' rx="6"/><text x="{x}" y="109" class="letter">{LETTERS[name]}</text>'
        f'<text x="{x}" y="128" class="value" data-value="{name}"></text></g>'
        for name, x in LAYERS.items()
    )
    values = "".join(
        f'<text x="{x}" y="{y}" class="value q-{hue}" data-value="{name}"></text>'
        for name, x, y, hue in VALUES
    )
    words = "".join(f'<text x="{x}" y="{y}" class="word">{word}</text>' for word, x, y in WORDS)
    wires = "".join(f'<path class="q-{hue}" d="{way}"/>' for hue, way in WIRES)
    operations = "".join(
        f'<g class="operation q-{hue}"><circle cx="{x}" cy="{y}" r="10"/>'
        f'<path d="M{x} {y}{SIGNS[sign]}"/></g>'
        for sign, x, y, hue in OPERATIONS
    )
    return (
        '<svg class="module" viewBox="0 0 324 168" role="img"'
        ' aria-label="The module of an LSTM, with the values of one unit at this token.">'
        '<rect class="belt" x="0" y="20" width="322" height="12"/>'
        f'{wires}{operations}<g class="operation q-cell"><rect x="280" y="43" width="42"'
        f' height="20" rx="10"/><text x="301" y="58" class="word">tanh</text></g>'
        f'{layers}{words}{values}<text x="10" y="165" class="reads">'
        f'<tspan class="token">{escape(player.tokens[player.t])}</tspan> and the old h</text></svg>'
    )


LAYERS = {"f": 52, "i": 120, "c_tilde": 186, "o": 249}
"""The middle of each layer's box."""

LETTERS = {"f": "f", "i": "i", "c_tilde": "C\u0303", "c": "C", "o": "o", "h": "h"}
"""How the values are written, without their time."""

VALUES = (
    ("c_prev", 21, 48, "cell"),
    ("f*c_prev", 118, 48, "cell"),
    ("i*c_tilde", 222, 71, "cell"),
    ("c", 230, 48, "cell"),
    ("h", 301, 132, "hidden"),
)
WORDS = (("old C", 21, 14), ("kept", 118, 14), ("new C", 230, 14), ("h", 301, 116))
WIRES = (
    ("cell", "M0 26H318m-6 -5l6 5l-6 5"),
    ("forget", "M52 92V36"),
    ("input", "M120 92V66H176"),
    ("candidate", "M186 92V76"),
    ("cell", "M186 56V36"),
    ("output", "M249 92V82H291"),
    ("cell", "M301 26V72"),
    ("hidden", "M301 92V102"),
    ("hidden", "M4 148H249M52 148V134M120 148V134M186 148V134M249 148V134"),
)
OPERATIONS = (
    ("×", 52, 26, "forget"),
    ("+", 186, 26, "cell"),
    ("×", 186, 66, "input"),
    ("×", 301, 82, "output"),
)
SIGNS = {"×": "m-4 -4l8 8m0 -8l-8 8", "+": "m-5.5 0h11m-5.5 -5.5v11"}


def sums(player):
    step = trace(type(player._cell))
    return "".join(
        f'<p class="equation numbers">{equations.html(step, name, numbers=True)}</p>'
        for name in ("c", "h")
    )


def tokens(player):
    each = "".join(f"<span>{escape(token)}</span>" for token in player.tokens)
    return f'<div class="tokens" aria-hidden="true">{each}</div>'


def slider(player, here):
    said = in_words(player, here)
    return (
        f'<input type="range" min="0" max="{len(player.tokens) - 1}" step="1"'
        f' value="{player.t}" data-input="t"'
        f' aria-label="the token" aria-valuetext="{escape(said)}">'
    )


def in_words(player, here):
    """What a screen reader says of the unit at the token."""
    parts = ", ".join(f"{player.meanings[name]} {number(here[name])}" for name in STRIPS)
    place = f"{player.tokens[player.t]}, {player.t + 1} of {len(player.tokens)}"
    return f"{place}; {player.unit}: {parts}"


def strip(player, name, values):
    """A row for each unit. Cell states may pass 1: their bars are scaled to the largest."""
    shown = values[name][:, list(player.units.values())]
    scale = scale_of(shown) if name == "c" else 1
    kind = "gate" if name in GATES else "signed"
    rows = "".join(
        f'<div class="over-time" role="row" data-of="{escape(unit)}">'
        f'<span class="unit" role="rowheader">{escape(unit)}</span>'
        + "".join(
            f'<i role="gridcell" style="--v: {value:.4f}"></i>' for value in of_unit / scale + 0.0
        )
        + "</div>"
        for unit, of_unit in zip(player.units, shown.T, strict=True)
    )
    largest = f' <small class="scale">\u00b1{scale:g}</small>' if name == "c" else ""
    return (
        f'<div class="strip {kind} q-{quantity(name)}" role="rowgroup" data-strip="{name}">'
        f'<b class="symbol" aria-hidden="true"><i>{LETTERS[name]}</i>{largest}</b>'
        f'<div class="rows">{rows}</div></div>'
    )


def scale_of(cell_states):
    """The largest of all, rounded up to a half; at least 1."""
    return max(1, math.ceil(2 * np.abs(cell_states).max() - 1e-9) / 2)
