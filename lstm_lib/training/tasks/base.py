"""The base classes of tasks: examples, loss and score."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch.nn import functional

from lstm_lib.cells.checks import positive_integer


class Batch(NamedTuple):
    """A batch of examples."""

    inputs: torch.Tensor
    """What is read. Whole numbers ``(seq_len, batch_size)`` if the task has tokens, otherwise real
    numbers ``(seq_len, batch_size, features)``."""
    targets: torch.Tensor
    """The right answer at each step. The number of one of the task's ``answers``,
    ``(seq_len, batch_size)``, or real numbers ``(seq_len, batch_size, answers)``."""
    asked: torch.Tensor
    """Where an answer counts. True or false, ``(seq_len, batch_size)``."""

    def to(self, device=None, dtype=None) -> Batch:
        """The same examples on another device, and their real numbers in another dtype."""
        real = {part.dtype: dtype for part in self if part.is_floating_point()}
        return Batch(*(part.to(device=device, dtype=real.get(part.dtype)) for part in self))


class Task:
    """A task: random examples, a loss and a score.

    A subclass sets the attributes and writes :meth:`draw`.
    """

    tokens = None
    """How many different tokens there are; None if the inputs are real numbers."""
    features = None
    """How many real numbers are read at each step; None if the inputs are tokens."""
    answers = None
    """How many numbers a network has to return at each step."""
    higher_is_better = True
    """Whether a better score is a higher one."""
    baseline = None
    """The best score without a memory."""

    def batch(self, size: int, generator: torch.Generator | None = None) -> Batch:
        """``size`` random examples, on the generator's device; the same seed gives the same ones,
        in each of PyTorch's default dtypes.

        Raises:
            ValueError: a size that is not a whole number above 0.
        """
        positive_integer("size", size)
        with torch.device("cpu" if generator is None else generator.device):
            return self.draw(size, generator)

    def draw(self, size, generator):
        """Random examples; :meth:`batch` calls it with a checked size."""
        raise NotImplementedError(f"{type(self).__name__} has no examples: write its draw")

    def loss(self, outputs, batch):
        """What training minimises, for ``outputs`` ``(seq_len, batch_size, answers)``."""
        raise NotImplementedError

    def score(self, outputs, batch):
        """How good ``outputs`` are; compare with ``baseline``."""
        raise NotImplementedError


class Choice(Task):
    """A task whose answer is one of several. Loss: cross-entropy, in nats. Score: accuracy."""

    def loss(self, outputs, batch):
        return functional.cross_entropy(outputs[batch.asked], batch.targets[batch.asked])

    def score(self, outputs, batch):
        right = outputs.argmax(-1) == batch.targets
        return right[batch.asked].float().mean()


class NextSymbol(Choice):
    """A task whose answer is the next symbol. The loss is that of a language model, over every
    step; the score counts only the steps that need memory."""

    def loss(self, outputs, batch):
        return functional.cross_entropy(outputs.flatten(0, 1), batch.targets.flatten())


class Number(Task):
    """A task whose answer is a real number. Loss and score: mean squared error."""

    higher_is_better = False

    def loss(self, outputs, batch):
        return functional.mse_loss(outputs[batch.asked], batch.targets[batch.asked].to(outputs))

    def score(self, outputs, batch):
        return self.loss(outputs, batch)


def uniform(*shape, generator):
    """Random numbers between 0 and 1 in PyTorch's default dtype, the same ones for every dtype."""
    numbers = torch.rand(shape, generator=generator, dtype=torch.float32)
    return numbers.to(torch.get_default_dtype())


def only_at_the_end(answer, seq_len):
    """Targets and ``asked`` of a task with one answer, ``(batch_size, …)``, at the last step."""
    targets = answer.new_zeros(seq_len, *answer.shape)
    targets[-1] = answer
    asked = torch.zeros(seq_len, len(answer), dtype=torch.bool)
    asked[-1] = True
    return targets, asked


def check_task(task):
    """``task`` must be a task: examples, a loss and a score."""
    if isinstance(task, type) or not all(
        hasattr(task, part) for part in ("batch", "loss", "score")
    ):
        came = task.__name__ if isinstance(task, type) else f"of type {type(task).__name__}"
        raise TypeError(
            f"task is {came}; give one of lstm_lib.training.tasks, such as Recall(gap=30), or a "
            "Corpus"
        )
