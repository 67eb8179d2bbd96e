"""A gradient on its way back along a chain: factors multiply, the parts of a weight add up."""

import matplotlib
import matplotlib.figure

from lstm_lib.plotting.figure import INK, LETTER, MUTED, Figure, style

APART = 3.1
"""The distance between two states."""
STATE, GRADIENT, PART = 4.05, 2.55, 0.55
"""The heights of the three rows."""


def way_back(gradients, factors, parts, weight="u") -> Figure:
    """A chain of states, the gradient that goes back along it, and its part for the weight.

    Every step uses the same weight, so each adds a part to the weight's gradient.

    Args:
        gradients: the gradient at each state, from the first, ``(steps + 1,)``.
        factors: what it is multiplied by at each step, ``(steps,)``.
        parts: what each step adds to the gradient of the weight, ``(steps,)``.
        weight: the letter of the weight.

    Raises:
        ValueError: as many gradients as factors or parts, or another number of them.
    """
    if not len(gradients) - 1 == len(factors) == len(parts):
        raise ValueError(
            f"there are {len(gradients)} gradients, {len(factors)} factors and {len(parts)} parts; "
            "a chain has one gradient more than steps"
        )
    steps, total = len(parts), sum(parts)
    right = APART * steps
    with style():
        figure = matplotlib.figure.Figure(figsize=(4.9, 2.2))
        axes = figure.subplots()
        axes.set_axis_off()
        axes.set_xlim(-1.05, right + 3.15)
        axes.set_ylim(0, 4.6)
        for k, gradient in enumerate(gradients):
            axes.text(APART * k, STATE, f"$h_{k}$", fontsize=LETTER, ha="center", va="center")
            axes.text(APART * k, GRADIENT, f"{gradient:.2f}", ha="center", va="center")
        for k, (factor, part) in enumerate(zip(factors, parts, strict=True)):
            middle, left, end = APART * (k + 0.5), APART * k + 0.72, APART * (k + 1) - 0.72
            arrow(axes, (left, STATE), (end, STATE), MUTED, 1.2)
            axes.text(middle, STATE + 0.12, f"${weight}$", color=MUTED, ha="center", va="bottom")
            arrow(axes, (end, GRADIENT), (left, GRADIENT), INK, 0.8 + 3.2 * gradients[k + 1])
            axes.text(middle, GRADIENT + 0.22, f"×{factor:.2f}", ha="center", va="bottom")
            arrow(axes, (middle, GRADIENT - 0.3), (middle, PART + 0.5), MUTED, 1.2, dashed=True)
            axes.text(middle, PART, f"{part:.2f}", ha="center", va="center")
            if k:
                axes.text(APART * k, PART, "+", ha="center", va="center")
        axes.text(-0.6, PART, f"${weight}$", fontsize=LETTER, ha="center", va="center")
        axes.text(right, PART, "=", ha="center", va="center")
        axes.text(right + 1.2, PART, f"{total:.2f}", ha="center", va="center")
        for height, word in ((STATE, "→ error"), (GRADIENT, "← multiply"), (1.55, "↓ add")):
            axes.text(right + 0.62, height, word, color=MUTED, ha="left", va="center")
        figure.subplots_adjust(0, 0, 1, 1)
        return Figure(figure, in_words(gradients, factors, parts, weight))


def arrow(axes, start, end, colour, width, dashed=False):
    look = {"arrowstyle": "-|>", "color": colour, "lw": width, "shrinkA": 0, "shrinkB": 0}
    if dashed:
        look |= {"linestyle": (0, (3, 2))}
    axes.annotate("", end, start, arrowprops=look)


def in_words(gradients, factors, parts, weight):
    steps = len(parts)
    back = ", ".join(
        f"times {factor:.2f} is {gradient:.2f}"
        for gradient, factor in zip(reversed(gradients[:-1]), reversed(factors), strict=True)
    )
    added = " plus ".join(f"{part:.2f}" for part in parts)
    return (
        f"A chain of {steps + 1} states, from h 0 to h {steps}, with the weight {weight} at each "
        f"step. The gradient goes back from {gradients[-1]:.2f} at the last state: {back}. "
        f"The gradient of {weight} is {added}, {sum(parts):.2f}."
    )
