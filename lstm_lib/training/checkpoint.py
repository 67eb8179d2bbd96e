"""A training run as a file, to go on from as if it had never stopped."""

import os
import time
from pathlib import Path

import numpy as np
import torch

from lstm_lib.training.as_found import random_states, set_random_states
from lstm_lib.training.history import WINDOW, History
from lstm_lib.training.model import dtype_and_device

STORE_EVERY = 60
"""Seconds between two stored checkpoints of a run."""

VERSION = 2
"""Of what a checkpoint holds; a file of another version is refused."""


class Run:
    """What there is to store of a run, always as it was after a whole step."""

    def __init__(self, model, optimiser, generator, settings, file):
        self.model, self.optimiser, self.generator = model, optimiser, generator
        self.settings = {name: str(value) for name, value in settings.items()}
        self.settings |= {f"weight {name}": described(w) for name, w in weights(model)}
        self.device = dtype_and_device(model)["device"]
        self.file = Path(file) if file else None
        self.rows, self.seconds = [], 0.0
        if self.file:
            self.take_up()
        self.note_what_passes()
        self.started = time.perf_counter() - self.seconds
        self.stored = time.perf_counter()

    @property
    def steps(self):
        return len(self.rows)

    def note(self, *row):
        """A step was taken, with this loss, score and gradient norm."""
        self.rows.append([float(value) for value in row])
        self.note_what_passes()
        self.seconds = time.perf_counter() - self.started
        if time.perf_counter() - self.stored > STORE_EVERY:
            self.store()

    def note_what_passes(self):
        """What changes in the course of a step, and not only at its end."""
        self.random = {"examples": self.generator.get_state()} | random_states(self.device)
        self.buffers = [buffer.clone() for buffer in self.model.buffers()]

    def back_to_a_whole_step(self):
        """Undo what an interrupted step has done to the model."""
        for buffer, before in zip(self.model.buffers(), self.buffers, strict=True):
            buffer.copy_(before)

    def is_solved(self, task, until):
        if until is None or self.steps < WINDOW:
            return False
        recent = sum(score for _, score, _ in self.rows[-WINDOW:]) / WINDOW
        return recent >= until if task.higher_is_better else recent <= until

    def history(self, task, until):
        loss, score, norm = np.array(self.rows).reshape(-1, 3).T
        solved_at = self.steps if self.is_solved(task, until) else None
        return History(loss, score, norm, self.seconds, solved_at)

    def store(self):
        """Write the file under another name first, so that there is always a whole one."""
        if self.file:
            unfinished = self.file.with_name(self.file.name + ".unfinished")
            torch.save(self.contents(), unfinished)
            os.replace(unfinished, self.file)
            self.stored = time.perf_counter()

    def contents(self):
        return {
            "version": VERSION,
            "settings": self.settings,
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "random": self.random,
            "rows": self.rows,
            "seconds": self.seconds,
        }

    def take_up(self):
        """Go on from the file, if there is one."""
        if not self.file.parent.is_dir():
            raise FileNotFoundError(f"checkpoint is {self.file}; there is no such folder")
        if not self.file.exists():
            return
        stored = self.read()
        self.model.load_state_dict(stored["model"])
        self.optimiser.load_state_dict(stored["optimiser"])
        self.generator.set_state(stored["random"].pop("examples"))
        set_random_states(stored["random"], self.device)
        self.rows, self.seconds = stored["rows"], stored["seconds"]

    def read(self):
        try:
            stored = torch.load(self.file, map_location="cpu", weights_only=True)
            settings, version = stored["settings"], stored.get("version", 1)
        except Exception as error:  # whatever is in the file, torch.load has an exception for it
            raise ValueError(f"{self.file} is not a checkpoint of a training run") from error
        if version != VERSION:
            raise ValueError(
                f"{self.file} is a checkpoint of version {version}, and this library reads "
                f"version {VERSION}; choose another file, or delete this one"
            )
        self.check_settings(settings)
        return stored

    def check_settings(self, settings):
        for name in self.settings | settings:
            there, here = (part.get(name, "none") for part in (settings, self.settings))
            if there != here:
                raise ValueError(
                    f"{self.file} is of a run with {name} {there}, and this is "
                    f"{here}; choose another file, or delete this one"
                )


def weights(model):
    """The name of everything that a checkpoint stores of a model, and the tensor."""
    return [*model.named_parameters(), *model.named_buffers()]


def described(weight):
    """What must be the same for a weight to be taken up."""
    return f"{tuple(weight.shape)} {weight.dtype}{'' if weight.requires_grad else ', not trained'}"
