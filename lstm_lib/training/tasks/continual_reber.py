"""An endless stream of strings of Reber's grammar."""

from dataclasses import dataclass

import torch

from lstm_lib.cells.checks import positive_integer
from lstm_lib.training.tasks.base import Batch, NextSymbol

REBER = {
    "1": {"B": "2"},
    "2": {"T": "3", "P": "4"},
    "3": {"S": "3", "X": "5"},
    "4": {"T": "4", "V": "6"},
    "5": {"X": "4", "S": "7"},
    "6": {"P": "5", "V": "7"},
    "7": {"E": "end"},
}
"""Reber's grammar: in each state, the symbols that may come and the state each leads to."""


def embedded_reber():
    """The grammar whose strings are B, T or P, a string of :data:`REBER`, *the same* T or P, E.

    There is one copy of Reber's grammar for T and one for P, and the copy remembers the letter.
    After a string the next one begins.
    """
    grammar = {"start": {"B": "choose"}, "choose": {"T": "T1", "P": "P1"}, "last": {"E": "start"}}
    for chosen in "TP":
        for state, ways in REBER.items():
            grammar[chosen + state] = {symbol: chosen + to for symbol, to in ways.items()}
        grammar[chosen + "end"] = {chosen: "last"}
    return grammar


@dataclass(frozen=True)
class ContinualReber(NextSymbol):
    """An endless stream of strings, each of which ends as it began: predict the next symbol.

    Each string is B, then T or P, then a string of Reber's grammar of 5 symbols or more, then the
    same T or P as before, then E; the next follows without a break. The score counts the
    second T or P. Only the first one determines it, so a network must remember that one, and
    forget it when the next string begins.

    Args:
        length: how many steps; 10 or more, so that an answer is asked in most sequences.

    Baseline: T or P is guessed. The string in between does not help, so this is also the score with
    a memory of the last 5 symbols.

    Source: the embedded Reber grammar of Hochreiter & Schmidhuber (1997), experiment 1, as the
    continual stream of Gers, Schmidhuber & Cummins (2000).
    """

    length: int = 100

    symbols = "BTPSXVE"
    tokens = answers = len(symbols)
    baseline = 1 / len("TP")

    def __post_init__(self):
        positive_integer("length", self.length, 10)

    def draw(self, size, generator):
        grammar = embedded_reber()
        names = list(grammar)
        # Two ways out of each state, as numbers; where there is only one, it stands twice.
        ways = [(list(ways.items()) * 2)[:2] for ways in grammar.values()]
        symbol = torch.tensor([[self.symbols.index(symbol) for symbol, _ in two] for two in ways])
        leads_to = torch.tensor([[names.index(state) for _, state in two] for two in ways])
        due = torch.tensor([name in ("Tend", "Pend") for name in names])

        way = torch.randint(2, (self.length + 1, size), generator=generator)
        state = torch.full((size,), names.index("start"))
        stream, asked = [], []
        for step in way:
            asked.append(due[state])
            stream.append(symbol[state, step])
            state = leads_to[state, step]
        stream, asked = torch.stack(stream), torch.stack(asked)
        return Batch(stream[:-1], stream[1:], asked[1:])
