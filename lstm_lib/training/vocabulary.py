"""Symbols as numbers, and numbers as symbols."""

from functools import cached_property

import torch

from lstm_lib.cells.checks import unknown_name


class Vocabulary:
    """Symbols numbered in their order: encoding and decoding.

    Args:
        kind: what a symbol is called in error messages: ``"word"``.
        symbols: different strings.
    """

    def __init__(self, kind: str, symbols):
        self.kind, self.symbols = kind, tuple(symbols)

    @cached_property
    def numbers(self):
        """The number of each symbol."""
        return {symbol: number for number, symbol in enumerate(self.symbols)}

    def encode(self, symbols) -> torch.Tensor:
        """The numbers of these symbols, ``(seq_len,)``.

        Raises:
            ValueError: an unknown symbol.
        """
        for symbol in symbols:
            if symbol not in self.numbers:
                raise ValueError(unknown_name(self.kind, symbol, map(repr, self.symbols)))
        return torch.tensor([self.numbers[symbol] for symbol in symbols], dtype=torch.long)

    def decode(self, numbers) -> list[str]:
        """The symbols with these numbers, ``(seq_len,)``.

        Raises:
            ValueError: a number that stands for no symbol, or numbers of another shape.
        """
        numbers = torch.as_tensor(numbers)
        if numbers.ndim != 1:
            raise ValueError(
                f"numbers have shape {tuple(numbers.shape)}; they must be those of one text, "
                "(seq_len,)"
            )
        for number in numbers.tolist():
            if number not in range(len(self.symbols)):
                raise ValueError(
                    f"no {self.kind} has the number {number}; "
                    f"they go from 0 to {len(self.symbols) - 1}"
                )
        return [self.symbols[int(number)] for number in numbers]


def check_text(name, text):
    """``text`` must be a string."""
    if isinstance(text, bytes | bytearray):
        raise TypeError(
            f'{name} is {type(text).__name__}; make it a string: {name}.decode("utf-8")'
        )
    if not isinstance(text, str):
        raise TypeError(f"{name} is of type {type(text).__name__}; it must be a string")
