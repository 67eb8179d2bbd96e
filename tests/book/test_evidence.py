"""What a page says about the runs behind a figure or a table is what their experiment says."""

import importlib
import re

import pytest
from stored import NOTEBOOKS, code_cells, prose, read

SIX_WORDS = re.compile(r"(\d+) seeds(?:, (best of)| at each of) (\d+) rates(?:, ([\d,]+) updates)?")
"""The note under a figure or a table: "10 seeds, best of 3 rates, 600 updates", or, where all rates
are shown, "10 seeds at each of 3 rates"."""


def notes(notebook):
    """Each note of a notebook: its seeds, whether the best rate was chosen, how many rates and, if
    it says so, updates."""
    captions = [
        cell.metadata.get("mystnb", {}).get("figure", {}).get("caption", "")
        for cell in code_cells(notebook)
    ]
    text = "\n".join([*captions, *(cell.source for cell in prose(notebook))])
    for seeds, best, rates, updates in SIX_WORDS.findall(text):
        updates = int(updates.replace(",", "")) if updates else None
        yield int(seeds), bool(best), int(rates), updates


def experiments_of(notebook):
    """The experiments whose stored runs a notebook reads."""
    code = "\n".join(cell.source for cell in code_cells(notebook))
    for names in re.findall(r"^from experiments import (.+)$", code, re.M):
        for name in names.split(", "):
            yield importlib.import_module(f"experiments.{name}")


def says_so(experiment, seeds, best, rates, updates):
    """Whether these are an experiment's seeds, rates and largest number of updates."""
    choice = experiment.SETTINGS.get("choice", {})
    tried = choice.get("rates", ()) if best else getattr(experiment, "RATES", ())
    many = updates is None or updates in numbers_of_updates(experiment.SETTINGS)
    return len(experiment.SEEDS) == seeds and len(tried) == rates and many


def numbers_of_updates(settings):
    """How many updates there are, which may be one number, or one for each task."""
    for name, value in settings.items():
        if name == "steps":
            yield from value.values() if isinstance(value, dict) else [value]
        elif isinstance(value, dict):
            yield from numbers_of_updates(value)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_seeds_rates_and_updates_are_those_of_an_experiment_that_the_page_reads(path):
    notebook = read(path)
    known = list(experiments_of(notebook))
    for note in notes(notebook):
        assert any(says_so(experiment, *note) for experiment in known), note
