"""Dictionaries with an entry for every cell; a missing one says what to add, and where."""

import pytest


class PerCell(dict):
    """A dictionary by the class of the cell.

    A cell without an entry fails with a sentence: "JANETCell has no number of parameters: add it
    to PARAMETERS in tests/second_writing.py".
    """

    def __init__(self, what: str, where: str):
        super().__init__()
        self.what, self.where = what, where

    def __missing__(self, cell_class):
        name = cell_class.__name__
        pytest.fail(f"{name} has no {self.what}: add it to {self.where}", pytrace=False)
