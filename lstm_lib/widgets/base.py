"""A widget is data: markup with places for values, and the graph that computes the values."""

import inspect
from importlib import resources

import anywidget
import traitlets

from lstm_lib import equations
from lstm_lib.equations.graph import Graph
from lstm_lib.equations.javascript import evaluator
from lstm_lib.equations.palette import HUES, css_variables
from lstm_lib.widgets.markup import paint


def script(name):
    return resources.files("lstm_lib.widgets").joinpath(name).read_text(encoding="utf-8")


STYLE = (
    css_variables(".lstm-widget")
    + "".join(f".lstm-widget .q-{q} {{ --hue: var(--{q}); }}\n" for q in HUES)
    + script("widgets.css")
)


class PaintedWidget(anywidget.AnyWidget):
    """A widget with a picture as HTML, ``static_html``, for a page before its script has run.

    A subclass writes ``_paint``, which makes the picture, and observes its traits with
    ``_paint_again``.
    """

    _css = STYLE

    static_html = traitlets.Unicode().tag(sync=True)
    settings = traitlets.List().tag(sync=True)
    """What the reader sets, by name: a page of the book has it in its address."""
    choices = traitlets.Dict().tag(sync=True)
    """The options of those that are not any number."""

    def _paint_again(self, change):
        if not self._property_lock:  # set from Python: the stored page should show it
            self._paint()

    def __repr__(self):
        return f"<{type(self).__name__}: {inspect.getdoc(type(self)).splitlines()[0]}>"


class EquationWidget(PaintedWidget):
    """Sliders and a picture that follows them: the library's own equations, computed in the
    browser, with or without a kernel.

    Each input and output of the graph is a trait: it can be read (``widget.c``), observed, and
    linked to another widget with ``jslink``. The inputs of the graph can be set
    (``widget.f = 0.9``); the other values are computed from them.

    Args:
        graphs: the graph that computes the values, for each ``mode``; the first is the default.
        markup: HTML with places for values, as described in ``equation_widget.js``.
        start: the initial values of the inputs.
        choices: further settings, each with its options, ``{"lit": ("all", "forget")}``; the
            first option is the default.

    Raises:
        AttributeError: setting a value that the graph computes.
    """

    _esm = evaluator() + script("equation_widget.js")
    names = traitlets.List().tag(sync=True)
    graphs = traitlets.Dict().tag(sync=True)

    def __init__(self, graphs: dict[str, Graph], markup: str, start: dict, choices=None):
        modes = tuple(graphs)
        choices = {"mode": modes} | (choices or {})
        names = list(
            dict.fromkeys(name for g in graphs.values() for name in (*g.inputs, *g.outputs))
        )
        inputs = (name for graph in graphs.values() for name in graph.inputs)
        self._python_graphs, self._markup, self._following = graphs, markup, False
        values = self._all_values(modes[0], start)
        super().__init__(
            names=names,
            graphs={mode: equations.javascript(graph) for mode, graph in graphs.items()},
            choices={name: list(options) for name, options in choices.items()},
            settings=[*dict.fromkeys(inputs), *choices],
        )
        self.add_traits(
            **{name: traitlets.Float(float(values[name])).tag(sync=True) for name in names},
            **{name: traitlets.Enum(o, o[0]).tag(sync=True) for name, o in choices.items()},
        )
        self._paint()
        self.observe(self._follow, names=[*names, *choices])

    def _all_values(self, mode, inputs):
        """Every value of every graph by name; where several compute one, that of ``mode``."""
        values = {}
        for graph in (*self._python_graphs.values(), self._python_graphs[mode]):
            values |= graph.evaluate(**{name: inputs[name] for name in graph.inputs})
        return values

    def _paint(self):
        values = self._all_values(self.mode, {name: getattr(self, name) for name in self.names})
        choices = {name: getattr(self, name) for name in self.choices}
        self.static_html = paint(self._markup, values, choices)

    def __setattr__(self, name, value):
        if self.has_trait("mode") and name in self.names:
            inputs = self._python_graphs[self.mode].inputs
            if name not in inputs:
                raise AttributeError(
                    f"{name} is computed here, from {', '.join(inputs)}: set those instead"
                )
        super().__setattr__(name, value)

    def _follow(self, change):
        if self._following:  # the values set below: do not compute again
            return
        values = self._all_values(self.mode, {name: getattr(self, name) for name in self.names})
        self._following = True
        with self.hold_sync():
            for name in values.keys() & set(self.names):
                self.set_trait(name, float(values[name]))
        self._following = False
        self._paint_again(change)
