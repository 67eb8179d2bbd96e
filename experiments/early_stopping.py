"""When should training stop? Letters of words, few of them, with and without dropout.

The command that makes the missing runs (TODO core-minutes for all)::

    python -m experiments.early_stopping
"""

import math
import random
import re

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from experiments import stored
from experiments.making import command, default_dtype
from lstm_lib.training.text import default_corpus

FILE = stored.RESULTS / "early_stopping.json"

load = stored.early_stopping

DROPOUT = (0.0, 0.5)

SEEDS = tuple(range(10))

SETTINGS = {
    "dtype": "float64",
    "training": 500,
    "validation": 400,
    "embedding": 16,
    "hidden": 64,
    "forget_bias": 2.0,
    "batch_size": 50,
    "clip": 1.0,
    "readings": 30,
    "choice": {
        "rates": [3e-3, 1e-2, 3e-2],
        "seeds": [100, 101],
        "per": ["dropout"],
        "by": "best",
        "best": "lowest",
    },
}
"""How many words there are to train and to validate, sizes, the initial bias of the forget gate,
how many times the words are read, and how each learning rate is chosen: by the best validation."""

LETTERS = ".abcdefghijklmnopqrstuvwxyz"
"""A word begins and ends with a full stop."""


def words():
    """The words to train and those to validate: all different, of three letters or more."""
    every = sorted(set(re.findall("[a-z]{3,}", default_corpus().text.lower())))
    random.Random(0).shuffle(every)
    training, validation = SETTINGS["training"], SETTINGS["validation"]
    return every[:training], every[training : training + validation]


def padded(some_words):
    """Words of unequal length as one batch: what is read, and the letters that follow."""
    coded = [torch.tensor([LETTERS.index(c) for c in f".{word}."]) for word in some_words]
    read = pad_sequence([word[:-1] for word in coded])
    follows = pad_sequence([word[1:] for word in coded], padding_value=-100)
    return read, follows


class NextLetter(nn.Module):
    """Dropout before and after the recurrent layer, never on the way from step to step."""

    def __init__(self, dropout):
        super().__init__()
        hidden = SETTINGS["hidden"]
        self.embed = nn.Embedding(len(LETTERS), SETTINGS["embedding"])
        self.lstm = nn.LSTM(SETTINGS["embedding"], hidden)
        self.drop = nn.Dropout(dropout)
        self.score = nn.Linear(hidden, len(LETTERS))
        with torch.no_grad():
            self.lstm.bias_ih_l0[hidden : 2 * hidden] = SETTINGS["forget_bias"]
            self.lstm.bias_hh_l0[hidden : 2 * hidden] = 0.0

    def forward(self, letters):
        h, _ = self.lstm(self.drop(self.embed(letters)))
        return self.score(self.drop(h))


def loss(model, some_words):
    """The mean over all letters; padding, marked by −100, does not count."""
    read, follows = padded(some_words)
    return functional.cross_entropy(model(read).flatten(0, 1), follows.flatten())


@default_dtype(SETTINGS["dtype"])
def run(dropout, lr=3e-3, seed=0, readings=SETTINGS["readings"]):
    """Train one network.

    Returns:
        ``training`` and ``validation``, the loss in bits per letter after each reading, without
        dropout; ``best``, the lowest of ``validation``.
    """
    torch.manual_seed(seed)
    training, validation = words()
    model = NextLetter(dropout)
    adam = torch.optim.Adam(model.parameters(), lr=lr)
    curves = {"training": [], "validation": []}
    for _ in range(readings):
        model.train()
        order = torch.randperm(len(training)).tolist()
        for start in range(0, len(order), SETTINGS["batch_size"]):
            batch = [training[k] for k in order[start : start + SETTINGS["batch_size"]]]
            adam.zero_grad()
            loss(model, batch).backward()
            nn.utils.clip_grad_norm_(model.parameters(), SETTINGS["clip"])
            adam.step()
        model.eval()
        with torch.no_grad():
            for name, some_words in (("training", training), ("validation", validation)):
                curves[name].append(round(loss(model, some_words).item() / math.log(2), 4))
    return curves | {"best": min(curves["validation"])}


if __name__ == "__main__":
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, dropout=DROPOUT, seed=SEEDS)
