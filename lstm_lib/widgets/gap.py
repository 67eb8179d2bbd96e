"""The accuracy of networks after a gap: stored runs, one gap at a time."""

import traitlets

from lstm_lib.cells.checks import unknown_name
from lstm_lib.equations.notation import number
from lstm_lib.equations.palette import NETWORKS
from lstm_lib.widgets.base import PaintedWidget, script
from lstm_lib.widgets.markup import frame

SHOWN = ("RNN", "LSTM", "LSTM, forget bias 3", "LSTM, chrono")


class Gap(PaintedWidget):
    """How often networks still know the first word after a gap of so many others: stored runs.

    For each network a bar, the mean of its seeds, and a dot for each; a dotted line
    marks the accuracy of guessing. Every network was trained from scratch on
    :class:`~lstm_lib.training.tasks.Recall` with this gap. ``gap`` can be read,
    observed and set, to one of ``gaps``.

    Args:
        runs: the stored results: ``gaps``, an array; ``chance``, the accuracy of guessing; and
            ``accuracy`` by network, each an array ``(seeds, gaps)``.
        networks: which to show, from top to bottom; four of them if left out.
        gap: the initial gap.

    Raises:
        ValueError: a network or a gap without stored runs.
    """

    _esm = script("gap.js")

    gap = traitlets.Int().tag(sync=True)
    gaps = traitlets.List().tag(sync=True)
    measured = traitlets.Dict().tag(sync=True)

    def __init__(self, runs: dict, *networks: str, gap: int = 10):
        for network in networks:
            if network not in runs["accuracy"]:
                raise ValueError(unknown_name("network", network, runs["accuracy"]))
        self.networks = networks or SHOWN
        self._chance = runs["chance"]
        gaps = runs["gaps"].tolist()
        columns = [runs["accuracy"][network].T.tolist() for network in self.networks]
        measured = {
            str(gap): in_words(gap, dict(zip(self.networks, by_network, strict=True)))
            for gap, *by_network in zip(gaps, *columns, strict=True)
        }
        super().__init__(
            gaps=gaps, measured=measured, gap=gap, settings=["gap"], choices={"gap": gaps}
        )
        self._paint()
        self.observe(self._paint_again, names="gap")

    @traitlets.validate("gap")
    def _is_stored(self, proposal):
        if proposal.value not in self.gaps:
            raise ValueError(unknown_name("gap", proposal.value, map(str, self.gaps)))
        return proposal.value

    def _paint(self):
        self.static_html = markup(
            self.networks, self.gaps, self.gap, self.measured[str(self.gap)], self._chance
        )


def in_words(gap, accuracies):
    """The texts that the widget shows at a gap, and what a screen reader says. ``accuracies``: by
    network, one for each seed."""
    means = {network: sum(seeds) / len(seeds) for network, seeds in accuracies.items()}
    percent = [f"{network} {number(100 * mean, 0)} percent" for network, mean in means.items()]
    words = "1 word" if gap == 1 else f"{gap} words"
    return {
        "words": words,
        "said": f"gap of {words}: {'; '.join(percent)}",
        "means": list(means.values()),
        "seeds": list(accuracies.values()),
        "numbers": [
            f"<b>{number(mean)}</b> seeds {number(min(seeds))}\u2013{number(max(seeds))}"
            for mean, seeds in zip(means.values(), accuracies.values(), strict=True)
        ],
    }


def markup(networks, gaps, gap, measured, chance):
    parts = zip(networks, *(measured[part] for part in ("means", "seeds", "numbers")), strict=True)
    longest = max(gaps)
    return frame(
        "gap",
        "Accuracy against the gap",
        f'<div class="measured" style="--chance: {chance}"><div class="story" aria-hidden="true">'
        + f'<p class="told">{story(gap, longest)}</p>'
        + f'<p class="longest">{story(longest, longest)}</p></div>'
        + '<label class="slider"><span class="name" aria-hidden="true">gap</span>'
        + f'<input type="range" min="0" max="{len(gaps) - 1}" step="1" value="{gaps.index(gap)}"'
        + f' aria-label="words in the gap" aria-valuetext="{measured["said"]}">'
        + f'<span class="value" aria-hidden="true">{measured["words"]}</span></label>'
        + '<div class="networks">'
        + "".join(row(*part) for part in parts)
        + '<p class="key"><i class="seed"></i> one seed <i class="line"></i> chance, '
        + f"{number(chance, 3)}</p></div></div>",
    )


def story(gap, longest):
    """The sentence of the task, with a bar for each word between."""
    bars = "".join(
        f'<i class="w{k * k % 7 % 4}"{"" if k < gap else " hidden"}></i> ' for k in range(longest)
    )
    return f'I grew up in <b class="q-x">France</b> {bars} I speak fluent <b class="q-hidden">?</b>'


def row(network, mean, seeds, numbers):
    dots = "".join(f'<i class="seed" style="--v: {seed}"></i>' for seed in seeds)
    hue = NETWORKS[network.removeprefix("LSTM, ")]
    return (
        f'<div class="network q-{hue}" style="--v: {mean}"><b>{network}</b>'
        f'<div class="scale" aria-hidden="true"><i class="bar"></i>{dots}</div>'
        f'<span class="number">{numbers}</span></div>'
    )
