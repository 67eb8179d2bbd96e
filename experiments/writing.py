"""What does a character cost an LSTM that has read a book once, and twice? Ten seeds.

The command that makes the missing runs (about three minutes for all, on one core)::

    python -m experiments.writing
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from experiments import stored
from experiments.making import command, default_dtype
from lstm_lib.cells.initialise import forget_bias
from lstm_lib.layers import Recurrent, from_torch
from lstm_lib.training import Corpus, default_corpus

FILE = stored.RESULTS / "writing.json"

load = stored.writing

SEEDS = tuple(range(10))

SETTINGS = {
    "dtype": "float64",
    "held_back": 10_000,
    "embedding": 16,
    "hidden": 64,
    "forget_bias": 1.0,
    "strips": 16,
    "piece": 32,
    "clip": 1.0,
    "readings": 2,
    "choice": {
        "rates": [1e-2, 3e-2, 1e-1],
        "seeds": [100, 101],
        "per": [],
        "by": "last",
        "best": "lowest",
    },
}
"""How many characters at the end of the book are not trained on; sizes; how many strips of the text
are read side by side, in pieces of how many characters; and how the learning rate is chosen: by the
cost after the last reading, on seeds of their own."""


class Writer(nn.Module):
    """The network of the lab: an embedding, an LSTM whose forget gate starts open, and a score for
    each of the characters."""

    def __init__(self, characters):
        super().__init__()
        size, units = SETTINGS["embedding"], SETTINGS["hidden"]
        self.embed = nn.Embedding(characters, size)
        layer = from_torch(nn.LSTM(size, units))
        self.lstm = Recurrent(forget_bias(layer, SETTINGS["forget_bias"]))
        self.score = nn.Linear(units, characters)

    def forward(self, numbers, state=None):
        h, state = self.lstm(self.embed(numbers), state)[:2]
        return self.score(h), state


@default_dtype(SETTINGS["dtype"])
def run(lr, seed=0, readings=SETTINGS["readings"]):
    """Train one network on the book without its end.

    Returns:
        ``bits``, what a character of the end costs, in bits: untrained, and after each reading; and
        ``last``, the last of these.
    """
    text, end = default_corpus().text, SETTINGS["held_back"]
    corpus = Corpus(text[:-end])
    held_back = corpus.encode(text[-end:])[:, None]
    torch.manual_seed(seed)
    model = Writer(corpus.tokens)
    adam = torch.optim.Adam(model.parameters(), lr=lr, fused=True)
    costs = [cost(model, held_back)]
    for _ in range(readings):
        state = None
        for piece in corpus.chunks(SETTINGS["strips"], SETTINGS["piece"]):
            scores, state = model(piece.inputs, state)
            state = tuple(part.detach() for part in state)
            adam.zero_grad()
            bits(scores, piece.targets).backward()
            nn.utils.clip_grad_norm_(model.parameters(), SETTINGS["clip"])
            adam.step()
        costs.append(cost(model, held_back))
    costs = [round(each, 4) for each in costs]
    return {"bits": costs, "last": costs[-1]}


def bits(scores, follows):
    """What the characters that follow cost, on average."""
    return F.cross_entropy(scores.flatten(0, 1), follows.flatten()) / math.log(2)


@torch.no_grad()
def cost(model, numbers):
    """What a character of a text costs, read from its beginning."""
    return bits(model(numbers[:-1])[0], numbers[1:]).item()


if __name__ == "__main__":
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, seed=SEEDS)
