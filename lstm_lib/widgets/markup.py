"""The pieces of a widget's markup, and the values in it before any script has run."""

import json
import re

from lstm_lib import equations
from lstm_lib.equations import notation
from lstm_lib.equations.difference import gone, mark_new
from lstm_lib.equations.notation import number, quantity, two_figures


def frame(kind, title, *parts, results=None, **choices):
    """A whole widget: its parts, and under them a button that resets it.

    Args:
        kind: its class in the style sheet.
        title: what it is, for a screen reader, which calls it a group of this name.
        results: ``{"h": "output h"}``, what a screen reader says after a button was pressed;
            ``"h_{variant}"`` depends on a choice.
        choices: the initial options.
    """
    options = "".join(f' data-{name}="{option}"' for name, option in choices.items())
    return (
        f'<div class="lstm-widget {kind}" role="group" aria-label="{title}"{options}>'
        + "".join(parts)
        + f'<div class="foot">{RESET}<span class="said" role="status"'
        f" data-results='{json.dumps(results or {})}'></span></div></div>"
    )


RESET = '<button type="button" class="reset">Reset</button>'


def beside(picture, settings, below=""):
    """A picture with its controls: beside it where there is room, else under it; there the picture
    stays in sight. What is ``below`` has the whole width."""
    return (
        f'<div class="beside"><div class="picture">{picture}</div>'
        f'<div class="settings">{settings}</div>'
        + (f'<div class="below">{below}</div>' if below else "")
        + "</div>"
    )


def slider(name, label, low, high, step=0.05, says=None, row=None, digits=2):
    """A labelled slider for an input.

    Args:
        name: the input; a weight's says what it is, ``notation.weight("p", "f")``.
        label: what it is, in words, for a screen reader.
        says: ``(name, words)`` of a result that a screen reader says after the slider's value;
            a name like ``"h_{variant}"`` depends on a choice.
        row: the name of the row in which it stands upright. A row is one stop of the tab key.
    """
    result = f' data-result="{says[0]}" data-says="{says[1]}"' if says else ""
    result += f' data-row="{row}"' if row else ""
    layout = " vertical" if row else ""
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
    """A button that sets several values at once, and is pressed as long as they are set."""
    return f"<button type=\"button\" data-preset='{json.dumps(values)}'>{text}</button>"


PLAY = '<button type="button" class="play">Play</button>'
"""Shows what has a ``data-turn``, one turn after the other."""

MORE = '<button type="button" class="more" aria-pressed="false">All knobs</button>'
"""Shows the controls that are idle as well."""


def verdict(name, limit, reached, missed):
    """Whether a goal is reached, in words: the value ``name`` is below ``limit``; a name like
    ``"miss_{goal}"`` depends on a choice."""
    return (
        f'<p class="verdict" role="status" data-verdict="{name}" data-limit="{limit:g}"'
        f' data-reached="{reached}" data-missed="{missed}"></p>'
    )


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

    def judged(match):
        reached = values[match["name"].format(**choices)] < float(match["limit"])
        words = match["reached" if reached else "missed"]
        return f'{match["tag"]} data-is="{str(reached).lower()}">{words}'

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
    markup = re.sub(
        r"data-preset='(?P<preset>[^']+)'",
        lambda match: f'{match[0]} aria-pressed="{is_set(json.loads(match["preset"]), values)}"',
        markup,
    )
    markup = re.sub(
        r'(?P<tag><p[^<>]* data-verdict="(?P<name>[^"]+)" data-limit="(?P<limit>[^"]+)" '
        r'data-reached="(?P<reached>[^"]+)" data-missed="(?P<missed>[^"]+)")>[^<]*',
        judged,
        markup,
    )
    markup = re.sub(
        r'data-used="([^"]+)"',
        lambda match: f'{match[0]} data-idle="{str(values[match[1]] == 0).lower()}"',
        markup,
    )
    markup = re.sub(r'type="(?P<kind>\w+)" data-input="(?P<name>[^"]+)"', position, markup)
    for choice, option in choices.items():
        markup = re.sub(rf'(<(?:svg|div)[^<>]*\sdata-{choice}=")[^"]*', rf"\g<1>{option}", markup)
        markup = re.sub(
            rf'data-choice="{choice}" data-option="([^"]+)"',
            lambda m, option=option: f'{m[0]} aria-pressed="{str(m[1] == option).lower()}"',
            markup,
        )
    return markup


def is_set(preset, values):
    """Whether all values are those of a preset, as JavaScript writes it."""
    return str(all(abs(values[name] - value) < 1e-9 for name, value in preset.items())).lower()
