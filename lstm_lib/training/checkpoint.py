"""Checkpoints: a training run in a file, from which it can be resumed."""

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
"""The version of a checkpoint's contents; a file of another version is refused."""


class Run:
    """A training run with everything that a checkpoint stores, as it was after the last update."""

    def __init__(self, model, optimiser, generator, settings, file):
        self.model, self.optimiser, self.generator = model, optimiser, generator
        self.settings = {name: str(value) for name, value in settings.items()}
        self.settings |= {f"weight {name}": described(w) for name, w in weights(model)}
        self.device = dtype_and_device(model)["device"]
        self.file = Path(file) if file else None
        self.rows, self.seconds = [], 0.0
        if self.file:
            self.resume()
        self.remember()
        self.started = time.perf_counter() - self.seconds
        self.stored = time.perf_counter()

    @property
    def steps(self):
        return len(self.rows)

    def note(self, *row):
        """Record an update that was made, with its loss, score and gradient norm."""
        self.rows.append([float(value) for value in row])
        self.remember()
        self.seconds = time.perf_counter() - self.started
        if time.perf_counter() - self.stored > STORE_EVERY:
            self.store()

    def remember(self):
        """Keep the random states and the buffers, which change before an update is complete."""
        self.random = {"examples": self.generator.get_state()} | random_states(self.device)
        self.buffers = [buffer.clone() for buffer in self.model.buffers()]

    def undo_interrupted_update(self):
        """Restore the buffers that an interrupted update has changed."""
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
        """Write the file under another name first, so that there is always a complete one."""
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

    def resume(self):
        """Continue from the file, if there is one."""
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
    """The parameters and buffers of a model, each with its name."""
    return [*model.named_parameters(), *model.named_buffers()]


def described(weight):
    """What must be the same for a weight to be loaded: shape, dtype, and whether it is trained."""
    return f"{tuple(weight.shape)} {weight.dtype}{'' if weight.requires_grad else ', not trained'}"
