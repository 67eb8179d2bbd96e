"""Learning a task: a network around a recurrent layer, and the loop that trains it."""

import math
import os
import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from lstm_lib.cells.checks import positive_integer

WINDOW = 10
"""A task counts as solved by the mean score of this many steps."""

STORE_EVERY = 60
"""Seconds between two stored checkpoints of a run."""


class SequenceModel(nn.Module):
    r"""A recurrent layer with what it needs to read a task and to answer it.

    .. math:: x_t \;\to\; \text{embedding} \;\to\; \text{recurrent layer} \;\to\; h_t
              \;\to\; V h_t + b \quad \text{at every step}

    Real numbers are read as they are: then there is no embedding. Embedding and answer have the
    dtype of the layer's weights and stand on their device, and real numbers are brought to that
    dtype: ``SequenceModel(nn.LSTM(2, 8, dtype=torch.float64), task)`` computes in float64.

    Args:
        layer: ``torch.nn.RNN``, ``LSTM`` or ``GRU``, or one of :mod:`lstm_lib.layers`.
        task: one of :mod:`lstm_lib.training.tasks`, or a :class:`~lstm_lib.training.Corpus`.
        embedding: how many numbers stand for a token: the layer's ``input_size``.

    Raises:
        ValueError: a layer that reads another number of features, or that wants the batch first.
    """

    def __init__(self, layer: nn.Module, task, embedding: int = 16):
        super().__init__()
        features = embedding if task.tokens else task.features
        if layer.input_size != features:
            raise ValueError(
                f"the layer has input_size={layer.input_size}, and this model gives it {features} "
                f"numbers a step ({'the embedding' if task.tokens else 'as the task does'})"
            )
        if getattr(layer, "batch_first", False):
            raise ValueError("the layer has batch_first=True; here time comes first")
        alike = dtype_and_device(layer)
        self.embedding = (
            nn.Embedding(task.tokens, embedding, **alike) if task.tokens else nn.Identity()
        )
        self.layer = layer
        self.answer = nn.Linear(output_size(layer), task.answers, **alike)

    def forward(self, inputs):
        """The answers at each step, ``(seq_len, batch_size, answers)``."""
        outputs, _ = self.go_on(inputs)
        return outputs

    def go_on(self, inputs, state=None):
        """The answers, and the state after the last step; give it back to go on from there."""
        x = self.embedding(inputs).to(self.answer.weight.dtype)
        hidden, state = self.layer(x, state)[:2]
        return self.answer(hidden), state


def dtype_and_device(layer):
    """Those of a layer's weights; PyTorch's defaults for a layer that has none."""
    weight = next((p for p in layer.parameters() if p.is_floating_point()), torch.empty(0))
    return {"dtype": weight.dtype, "device": weight.device}


def output_size(layer):
    """How many numbers a recurrent layer, PyTorch's or one of ours, puts out at each step."""
    if hasattr(layer, "output_size"):
        return layer.output_size
    return (2 if layer.bidirectional else 1) * (layer.proj_size or layer.hidden_size)


@dataclass(frozen=True)
class History:
    """What happened in training, step by step."""

    loss: np.ndarray
    """The loss of each step, ``(steps,)``."""
    score: np.ndarray
    """The task's score at each step, on examples that were never seen before."""
    gradient_norm: np.ndarray
    """The norm of the whole gradient at each step, before it was clipped."""
    seconds: float
    """How long it took."""
    solved_at: int | None
    """After how many steps the criterion was met; None if it was not, or there was none."""

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.loss)


def fit(
    model: nn.Module,
    task,
    steps: int,
    batch_size: int = 64,
    lr: float = 3e-3,
    clip: float = 1.0,
    seed: int = 0,
    until: float | None = None,
    checkpoint=None,
    progress: bool = True,
) -> History:
    """Train ``model`` on fresh examples of ``task``, step by step, and say how it went.

    Interrupting it loses nothing: the model keeps all that it learned, and the history so far is
    returned. Weights are drawn when the model is made: ``torch.manual_seed`` before that.

    Args:
        steps: how many steps at most, those of an earlier run that is continued included.
        batch_size: examples a step.
        lr: the learning rate of Adam.
        clip: a gradient with a larger norm is scaled down to this one; ``math.inf`` clips nothing.
        seed: of the examples.
        until: stop once the mean score of the last 10 steps is this good.
        checkpoint: a file to store the run in, every minute and at its end. If there is one, the
            run goes on from there, and ends as if it had never stopped.
        progress: show a bar with the steps and the score.

    Raises:
        ValueError: nonsense numbers, or a checkpoint of another run.
        FileNotFoundError: a checkpoint in a folder that is not there.
        FloatingPointError: a loss or a gradient that is infinite or not a number.
    """
    check_settings(steps, batch_size, lr, clip)
    torch.set_flush_denormal(True)  # numbers near zero, which long gaps make, are slow otherwise
    optimiser = torch.optim.Adam(model.parameters(), lr=lr, fused=True)
    generator = torch.Generator().manual_seed(seed)
    settings = dict(task=task, batch_size=batch_size, lr=lr, clip=clip, seed=seed, model=model)
    run = Run(model, optimiser, generator, settings, checkpoint)

    alike = dtype_and_device(model)

    model.train()
    bar = tqdm if progress else partial(tqdm, disable=True)
    with bar(total=steps, initial=run.steps, leave=False) as bar:
        try:
            while run.steps < steps and not run.is_solved(task, until):
                batch = task.batch(batch_size, generator).to(**alike)
                outputs = model(batch.inputs)
                loss = task.loss(outputs, batch)
                optimiser.zero_grad()
                loss.backward()
                norm = nn.utils.clip_grad_norm_(model.parameters(), clip)
                score = task.score(outputs.detach(), batch)
                check_finite(run.steps, loss, norm)
                with whole():
                    optimiser.step()
                    run.note(loss, score, norm)
                bar.set_postfix(score=f"{score:.3g}", refresh=False)
                bar.update()
        except KeyboardInterrupt:
            pass
        finally:
            run.store()
    return run.history(task, until)


def curriculum(
    model: nn.Module, tasks, steps: int, until: float, checkpoint=None, **settings
) -> list[History]:
    """Train ``model`` on one task after the other, each begun when the one before is solved.

    It ends with the last task, or with the first that is not solved.

    Args:
        tasks: from easy to hard, for one and the same model.
        steps: how many steps at most for each.
        until: when a task counts as solved, as in :func:`fit`.
        checkpoint: where to store the run, as in :func:`fit`: a file for each task, ``name.0``,
            ``name.1`` and so on.
        settings: anything else that :func:`fit` takes.

    Returns:
        The history of each task that was begun.
    """
    histories = []
    for k, task in enumerate(tasks):
        file = f"{checkpoint}.{k}" if checkpoint else None
        histories.append(fit(model, task, steps, until=until, checkpoint=file, **settings))
        if histories[-1].solved_at is None:
            break
    return histories


class Run:
    """What there is to store of a run, always as it was after a whole step."""

    def __init__(self, model, optimiser, generator, settings, file):
        self.model, self.optimiser, self.generator = model, optimiser, generator
        self.settings = {name: str(value) for name, value in settings.items()}
        self.file = Path(file) if file else None
        self.rows, self.seconds = [], 0.0
        self.examples = generator.get_state()
        if self.file:
            self.take_up()
        self.started = time.perf_counter() - self.seconds
        self.stored = time.perf_counter()

    @property
    def steps(self):
        return len(self.rows)

    def note(self, *row):
        """A step was taken, with this loss, score and gradient norm."""
        self.rows.append([value.item() for value in row])
        self.examples = self.generator.get_state()
        self.seconds = time.perf_counter() - self.started
        if time.perf_counter() - self.stored > STORE_EVERY:
            self.store()

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
            "settings": self.settings,
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "examples": self.examples,
            "rows": self.rows,
            "seconds": self.seconds,
        }

    def take_up(self):
        """Go on from the file, if there is one."""
        if not self.file.parent.is_dir():
            raise FileNotFoundError(f"checkpoint is {self.file}; there is no such folder")
        if not self.file.exists():
            return
        try:
            stored = torch.load(self.file, weights_only=True)
            settings = stored["settings"]
        except Exception as error:  # whatever is in the file, torch.load has an exception for it
            raise ValueError(f"{self.file} is not a checkpoint of a training run") from error
        for name, value in self.settings.items():
            if settings[name] != value:
                raise ValueError(
                    f"{self.file} is of a run with {name} {settings[name]}, and this is "
                    f"{value}; choose another file, or delete this one"
                )
        self.model.load_state_dict(stored["model"])
        self.optimiser.load_state_dict(stored["optimiser"])
        self.generator.set_state(stored["examples"])
        self.examples = stored["examples"]
        self.rows, self.seconds = stored["rows"], stored["seconds"]


@contextmanager
def whole():
    """Hold an interruption back to the end of the block: a step is taken whole or not at all."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread is ever interrupted
        return
    held_back = []
    before = signal.signal(signal.SIGINT, lambda *_: held_back.append(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if held_back:
        raise KeyboardInterrupt


def check_settings(steps, batch_size, lr, clip):
    positive_integer("steps", steps)
    positive_integer("batch_size", batch_size)
    for name, value in (("lr", lr), ("clip", clip)):
        if not value > 0:
            raise ValueError(f"{name} is {value}; it must be above 0")


def check_finite(step, loss, norm):
    for name, value in (("the loss", loss.item()), ("the norm of the gradient", norm.item())):
        if not math.isfinite(value):
            raise FloatingPointError(
                f"{name} is {value} at step {step + 1}: "
                "take a smaller lr, or clip the gradient to a smaller norm"
            )
