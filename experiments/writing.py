"""Next characters of a text: what they cost a network on a part that it has not read.

The command that makes the missing runs (TODO core-minutes for all)::

    python -m experiments.writing
"""

import math
from itertools import islice

import torch
from torch import nn
from torch.nn import functional

from experiments import stored
from experiments.making import command, default_dtype
from lstm_lib.training.text import Corpus, default_corpus

FILE = stored.RESULTS / "writing.json"

load = stored.writing

NETWORKS = {"LSTM, forget bias 1": 1.0}
"""The initial bias of the forget gate for each label."""

SEEDS = tuple(range(5))

SETTINGS = {
    "dtype": "float64",
    "held_back": 10_000,
    "embedding": 16,
    "hidden": 96,
    "strips": 16,
    "piece": 32,
    "clip": 1.0,
    "readings": 3,
    "choice": {
        "rates": [3e-3, 1e-2, 3e-2],
        "seeds": [100, 101],
        "per": ["network"],
        "by": "best",
        "best": "lowest",
    },
}
"""How many characters at the end are not read, sizes, how many strips of the text are read side by
side and how many characters are a piece, and how the learning rate is chosen."""


class Writer(nn.Module):
    """Characters as an embedding, an LSTM, and a score for each next character."""

    def __init__(self, characters, forget_bias):
        super().__init__()
        hidden = SETTINGS["hidden"]
        self.embed = nn.Embedding(characters, SETTINGS["embedding"])
        self.lstm = nn.LSTM(SETTINGS["embedding"], hidden)
        self.score = nn.Linear(hidden, characters)
        with torch.no_grad():
            self.lstm.bias_ih_l0[hidden : 2 * hidden] = forget_bias
            self.lstm.bias_hh_l0[hidden : 2 * hidden] = 0.0

    def forward(self, characters, state=None):
        h, state = self.lstm(self.embed(characters), state)
        return self.score(h), state


def bits(scores, follows):
    """The mean cost of a character."""
    return functional.cross_entropy(scores.flatten(0, 1), follows.flatten()) / math.log(2)


@default_dtype(SETTINGS["dtype"])
def run(network, lr=1e-2, seed=0, readings=SETTINGS["readings"], updates=None):
    """Train one network.

    Args:
        readings: how often the text is read.
        updates: how many at most in each reading; the whole text if left out.

    Returns:
        ``bits``, the cost of a held-back character before training and after each reading;
        ``first``, the cost of a character at each of the first 20 updates; and ``best``, the
        lowest of ``bits``.
    """
    text = default_corpus().text
    corpus = Corpus(text[: -SETTINGS["held_back"]])
    held_back = corpus.encode(text[-SETTINGS["held_back"] :])[:, None]
    torch.manual_seed(seed)
    model = Writer(corpus.tokens, NETWORKS[network])
    adam = torch.optim.Adam(model.parameters(), lr=lr)

    def on_held_back():
        with torch.no_grad():
            return round(bits(model(held_back[:-1])[0], held_back[1:]).item(), 4)

    costs, read = [on_held_back()], []
    for _ in range(readings):
        state = None
        for batch in islice(corpus.chunks(SETTINGS["strips"], SETTINGS["piece"]), updates):
            scores, state = model(batch.inputs, state)
            state = tuple(part.detach() for part in state)
            loss = bits(scores, batch.targets)
            adam.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), SETTINGS["clip"])
            adam.step()
            read.append(round(loss.item(), 4))
        costs.append(on_held_back())
    return {"bits": costs, "first": read[:20], "best": min(costs)}


if __name__ == "__main__":
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, network=list(NETWORKS), seed=SEEDS)
