"""The pieces of a widget's markup, and the values in it before any script has run."""

import json
import re

from lstm_lib import equations
from lstm_lib.equations import notation
from lstm_lib.equations.difference import gone, mark_new
from lstm_lib.equations.notation import number, quantity, two_figures


def slider(name, label, low, high, step=0.05, says=None, vertical=False, digits=2):
    """A labelled slider for an input.

    Args:
        name: the input; a weight's says what it is, ``notation.weight("p", "f")``.
        label: what it is, in words, for a screen reader.
        says: ``(name, words)`` of a result that a screen reader says after the slider's value.
    """
    result = f' data-result="{says[0]}" data-says="{says[1]}"' if says else ""
    layout = " vertical" if vertical else ""
    return (
        f'<label class="slider q-{quantity(name)}{layout}">'
        f'<span class="name" aria-hidden="true">{notation.html(name)}</span>'
        f'<input type="range" data-input="{name}" min="{low:g}" max="{high:g}" step="{step:g}"'
        f' aria-label="{label}"{result}>'
        f'<span class="value" data-value="{name}" data-digits="{digits}" aria-hidden="true"></span>'
        "</label>"
    )


def choice(name, label, **options):
    """A row of buttons, one of which is chosen: ``choice("lit", "Show", all="The whole step")``."""
    buttons = "".join(
        f'<button type="button" data-choice="{name}" data-option="{option}">{text}</button>'
        for option, text in options.items()
    )
    return f'<div class="choice" role="group" aria-label="{label}">{buttons}</div>'


def toggle(name, label, text, hue):
    """A checkbox with its ``text``: the input ``name`` is 1 if it is checked, else 0.

    Args:
        label: what it is, in words, for a screen reader.
        hue: the quantity that it belongs to.
    """
    return (
        f'<label class="toggle q-{hue}"><input type="checkbox" data-input="{name}"'
        f' aria-label="{label}"> {text}</label>'
    )


def preset(text, values):
    """A button that sets several values at once."""
    return f"<button type=\"button\" data-preset='{json.dumps(values)}'>{text}</button>"


def live(drawing, widget):
    """The SVG of a drawing for a widget, with unique ids: the page may show the same drawing
    elsewhere."""
    return re.sub(r"(?<=-)(title|desc)\b", rf"{widget}-\1", drawing.svg)


def written(step, reference):
    """The equations of a step twice, in letters and in numbers, compared with those of the step
    ``reference``: what is new is marked, and what is missing is named."""
    missing = ", ".join(notation.html(name) for name in gone(step, reference))
    without = f'<p class="equation">without {missing}</p>' if missing else ""
    return "".join(
        f'<div class="in-{kind}">'
        + "".join(line(step, name, reference, kind == "numbers") for name in step.outputs)
        + f"{without}</div>"
        for kind in ("letters", "numbers")
    )


def line(step, name, reference, numbers):
    value = f' = <span class="q q-{quantity(name)}" data-value="{name}"></span>'
    ours, theirs = (
        equations.html(graph, name, numbers).removesuffix(value) if name in graph.outputs else ""
        for graph in (step, reference)
    )
    return f'<p class="equation numbers" data-line="{name}">{mark_new(ours, theirs)}{value}</p>'


def paint(markup, values, choices):
    """Put values into markup as the script does, for the page before the script has run."""

    def text(match):
        name, digits = match["name"], re.search(r'data-digits="(\d)"', match["tag"])
        return match["tag"] + number(values[name], int(digits[1]) if digits else 2)

    def properties(match):
        names = match["names"].split(" ")
        style = "; ".join(f"--{p}: {values[n]:.4f}" for p, n in zip("vw", names, strict=False))
        return f'{match[0]} style="{style}"'

    def position(match):
        value = values[match["name"]]
        if match["kind"] == "checkbox":
            return match[0] + (" checked" if value else "")
        return f'{match[0]} value="{value:g}"'

    markup = re.sub(r'(?P<tag><[^<>]*data-value="(?P<name>[^"]+)"[^<>]*>)[^<]*', text, markup)
    markup = re.sub(
        r'(?P<tag><[^<>]*data-two-figures="(?P<name>[^"]+)"[^<>]*>)[^<]*',
        lambda match: match["tag"] + two_figures(values[match["name"]]),
        markup,
    )
    markup = re.sub(r'data-bind="(?P<names>[^"]+)"', properties, markup)
    markup = re.sub(r'type="(?P<kind>\w+)" data-input="(?P<name>[^"]+)"', position, markup)
    for choice, option in choices.items():
        markup = re.sub(rf'(<(?:svg|div)[^<>]*\sdata-{choice}=")[^"]*', rf"\g<1>{option}", markup)
        markup = re.sub(
            rf'data-choice="{choice}" data-option="([^"]+)"',
            lambda m, option=option: f'{m[0]} aria-pressed="{str(m[1] == option).lower()}"',
            markup,
        )
    return markup
