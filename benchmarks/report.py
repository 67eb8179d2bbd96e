"""The results as tables in Markdown, and as a plot."""

import json
import re
from pathlib import Path

import matplotlib.figure

from benchmarks.measure import reference
from lstm_lib import plotting
from lstm_lib.equations.palette import HUES
from lstm_lib.plotting.figure import MUTED, WIDTH

RESULTS = Path(__file__).parent / "results.json"

PARTS = {"both": "forward and backward", "forward": "forward only"}

PLOTTED = {
    "torch.jit.script": "compiled loop",
    "textbook loop": "textbook loop",
    "LSTMCell": "LSTM",
    "PeepholeLSTMCell": "LSTM with peepholes",
    "CoupledLSTMCell": "LSTM, coupled gates",
    "GRUResetAfterCell": "GRU, PyTorch's form",
    "GRUCell": "GRU, the essay's form",
    "RNNCell": "RNN",
}


def stored(file=RESULTS):
    return json.loads(Path(file).read_text(encoding="utf-8"))


def machine(results):
    """The machine in a sentence."""
    m = results["machine"]
    return (
        f"{m['processor']} ({m['architecture']}, {m['instructions']}), {m['cores']} cores, "
        f"{m['system']}; {m['compiler']}; Python {m['python']}, torch {m['torch']}, "
        f"NumPy {m['numpy']}"
    )


def ratios(results, dtype="float32", part="both", threads=1, names=None, kind="ratio"):
    """For each contestant, the quartiles of its ratio for each shape, None where there is none:
    ``(shapes, {name: [quartiles, …]})``."""
    keys = {key: key.split() for key in results["compared"]}
    found = {
        shape: results["compared"][key]["contestants"]
        for key, (of_dtype, shape, count) in keys.items()
        if (of_dtype, count) == (dtype, str(threads))
    }
    names = names or dict.fromkeys(name for each in found.values() for name in each)

    def quartiles(each, name):
        return each.get(name, {}).get(part, {}).get(kind)

    return list(found), {n: [quartiles(each, n) for each in found.values()] for n in names}


def table(results, dtype="float32", part="both", threads=1, names=None, spread=True):
    """The median ratios as a table, perhaps with the other quartiles of each in brackets.

    Args:
        names: the contestants that it has, and what they are called in it; all, if left out.
    """
    shapes, rows = ratios(results, dtype, part, threads, names)
    lines = [["", "compared with", *map(in_two_lines, shapes)]]
    for name, values in rows.items():
        if name != reference(name) and any(values):
            cells = [written(each, spread) for each in values]
            lines.append([(names or {}).get(name, name), reference(name), *cells])
    return markdown(lines)


def in_two_lines(shape):
    return re.sub("(.+),(.+),(.+),", r"\1, \2,<br>\3, ", shape)


def written(quartiles, spread=False):
    """The median, perhaps with the other quartiles in brackets; nothing if there is none."""
    if quartiles is None:
        return ""
    low, median, high = (f"{value:.2f}" for value in quartiles)
    return f"{median} ({low}–{high})" if spread else median


def markdown(lines):
    head, *rows = (f"| {' | '.join(map(str, line))} |" for line in lines)
    return "\n".join([head, "|" + "---|" * len(lines[0]), *rows])


def absolute(results):
    """The median times of PyTorch's layers, in milliseconds."""
    lines = [["type, shape, threads", "nn.RNN", "nn.LSTM", "nn.GRU"]]
    for key, each in results["compared"].items():
        times = (each["contestants"][name]["both"]["seconds"][1] for name in lines[0][1:])
        lines.append([key, *(f"{1e3 * time:.1f}" for time in times)])
    return markdown(lines)


def against_products(results):
    """The LSTM, and PyTorch's, against the matrix products alone."""
    lines = [["type, shape, threads"]]
    asked = [(name, part) for part in PARTS for name in ("LSTMCell", "nn.LSTM")]
    lines[0] += [f"{name}, {PARTS[part]}" for name, part in asked]
    for key, each in results["compared"].items():
        found = (each["contestants"][name][part]["to_products"] for name, part in asked)
        lines.append([key, *(written(each) for each in found)])
    return markdown(lines)


def long(results):
    lines = [["shape", "", *PARTS.values()]]
    for shape, each in results["long"].items():
        for name in ("MinGRUCell by scan", "MinGRUCell by steps"):
            ratios = (written(each[name][part]["ratio"], spread=True) for part in PARTS)
            lines.append([shape, name, *ratios])
    return markdown(lines)


def growth(results):
    lines = [["time grows with", "from", "to", "ours", "nn.LSTM"]]
    for size, each in results.get("growth", {}).items():
        e = each["exponent"]
        ends = (each["values"][0], each["values"][-1])
        lines.append([size, *ends, *(f"{size}^{e[name]:.2f}" for name in ("LSTMCell", "nn.LSTM"))])
    return markdown(lines)


def memory(results):
    by_shape = results.get("memory", {})
    names = list(next(iter(by_shape.values()), {}))
    lines = [["MiB at the highest", *names]]
    for shape, each in by_shape.items():
        sizes = ("" if size is None else f"{size / 2**20:.0f}" for size in each.values())
        lines.append([shape, *sizes])
    return markdown(lines)


def left_out(results):
    """The cells that are too large for a shape, and why."""
    lines = [["type, shape, threads", "left out"]]
    for key, each in results["compared"].items():
        reasons = (f"{name}: {reason}" for name, reason in each["left out"].items())
        lines.append([key, "; ".join(reasons) or "none"])
    return markdown(lines)


def chapters(results):
    return markdown([["chapter", "seconds"], *results["chapters"].items()])


def text(results):
    """Everything that was measured."""
    parts = [f"# Side by side\n\n{machine(results)}."]
    if "compared" in results:
        parts.append(
            "The time for each second of PyTorch's layer in the same round: the median of all "
            "rounds, in brackets the quartiles. Shapes are steps, batch, input size, hidden size."
        )
        for threads in (1, 2):
            for dtype in ("float32", "float64"):
                for part, words in PARTS.items():
                    if ratios(results, dtype, part, threads)[0]:
                        count = "one thread" if threads == 1 else "two threads"
                        parts.append(f"## {words.capitalize()}, {dtype}, {count}")
                        parts.append(table(results, dtype, part, threads))
        parts += ["## PyTorch's layers, forward and backward, in milliseconds", absolute(results)]
        parts += ["## The LSTM against the matrix products alone", against_products(results)]
        parts += ["## Left out", left_out(results)]
    for key, title, function in (
        ("long", "The minimal GRU over many steps, compared with nn.GRU", long),
        ("growth", "How the time grows", growth),
        ("memory", "Memory", memory),
        ("chapters", "The chapters", chapters),
    ):
        if key in results:
            parts += [f"## {title}", function(results)]
    return "\n\n".join(parts) + "\n"


def as_file(figure):
    """A figure as an SVG file, which has its style within."""
    css, svg = figure.svg.split("</style>", 1)
    opening, rest = svg.split(">", 1)
    return f"{opening}>{css}</style>{rest}"


def plot(results, dtype="float32"):
    """The ratio of each contestant: a dot for each shape, and a line where it is one."""
    shapes, rows = ratios(results, dtype, names=PLOTTED)
    rows = {name: [median for _, median, _ in values] for name, values in rows.items()}
    names = list(PLOTTED.values())
    with plotting.style():
        figure = matplotlib.figure.Figure(figsize=(WIDTH, 3.4))
        axes = figure.subplots()
        axes.axvline(1, color=MUTED, linewidth=1.6, linestyle=(0, (1, 2)))
        for place, (name, values) in enumerate(rows.items()):
            hue = HUES["candidate" if "loop" in PLOTTED[name] else "cell"].light
            axes.plot([min(values), max(values)], [place] * 2, color=hue, linewidth=1)
            axes.plot(values, [place] * len(values), "o", color=hue, markersize=7, alpha=0.8)
        axes.set_xscale("log", base=2)
        axes.set_xticks([0.125, 0.25, 0.5, 1, 2, 4], ["⅛", "¼", "½", "1", "2", "4"])
        axes.minorticks_off()
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.set_xlabel("time for each second of PyTorch's layer")
        words = (f"{PLOTTED[name]} {min(v):.2f} to {max(v):.2f}" for name, v in rows.items())
        figure.tight_layout()
        return plotting.Figure(figure, f"Ratios over {len(shapes)} shapes: {'; '.join(words)}.")
