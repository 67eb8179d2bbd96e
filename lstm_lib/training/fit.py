"""The loop that trains a network on a task."""

import math
from functools import partial

import torch
from torch import nn
from tqdm.auto import tqdm

from lstm_lib.cells.checks import positive_integer
from lstm_lib.training.as_found import left_as_found, seed_gpu, uninterrupted
from lstm_lib.training.checkpoint import Run
from lstm_lib.training.history import History
from lstm_lib.training.model import SequenceModel, dtype_and_device
from lstm_lib.training.tasks.base import Batch, check_task


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
    """Train ``model`` on ``task``, with a new random batch at each update, and return the history.

    Examples are moved to the device of the model, and real numbers to its dtype. Ctrl-C ends the
    training without an error: the model keeps what it has learned, and the history so far is
    returned. Weights are drawn when the model is made: call ``torch.manual_seed`` before that.

    A model that draws random numbers itself, as dropout does, begins with PyTorch's random state
    as it is when ``fit`` is called; on a GPU, with one drawn from the processor's at each update.
    Afterwards that state is restored, as are the training or
    evaluation mode of each module, the handling of numbers near zero, and that of Ctrl-C.

    Args:
        model: computes answers ``(seq_len, batch_size, answers)`` from the task's inputs, as a
            :class:`SequenceModel` does.
        task: one of :mod:`lstm_lib.training.tasks`, or a :class:`~lstm_lib.training.Corpus`.
        steps: the largest number of updates, including those before a checkpoint.
        batch_size: examples for each update.
        lr: the learning rate of Adam.
        clip: a gradient with a larger norm is scaled down to this one; ``math.inf`` clips nothing.
        seed: of the examples.
        until: stop once the mean score of the last 10 updates is this good.
        checkpoint: a file to store the run in, every minute and at its end. If there is one, the
            run is resumed from there, with the random states that it had, so that it ends like a
            run without a break.
        progress: show a bar with the updates and the score.

    Raises:
        TypeError: something that is not a model, or not a task.
        ValueError: numbers out of range, a model that cannot be trained or does not fit the task,
            or a checkpoint of another run.
        FileNotFoundError: a checkpoint in a folder that does not exist.
        FloatingPointError: a loss or a gradient that is infinite or not a number.
    """
    check_settings(steps, batch_size, lr, clip)
    check_task(task)
    check_model(model, task)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    alike = dtype_and_device(model)
    optimiser = adam(trained, lr)
    generator = torch.Generator(device="cpu").manual_seed(seed)
    settings = dict(task=task, batch_size=batch_size, lr=lr, clip=clip, seed=seed, model=model)
    bar = tqdm if progress else partial(tqdm, disable=True)

    with left_as_found(model, alike["device"]):
        run = Run(model, optimiser, generator, settings, checkpoint)
        with bar(total=steps, initial=run.steps, leave=False) as bar:
            try:
                while run.steps < steps and not run.is_solved(task, until):
                    batch = Batch(*task.batch(batch_size, generator)).to(**alike)
                    seed_gpu(alike["device"])
                    outputs = answers(model, batch, task)
                    loss = task.loss(outputs, batch)
                    optimiser.zero_grad()
                    loss.backward()
                    norm = nn.utils.clip_grad_norm_(trained, clip)
                    score = task.score(outputs.detach(), batch)
                    check_finite(run.steps, loss, norm)
                    with uninterrupted():
                        optimiser.step()
                        run.note(loss.detach(), score, norm)
                    bar.set_postfix(score=f"{score:.3g}", refresh=False)
                    bar.update()
            except KeyboardInterrupt:
                pass
            finally:
                optimiser.zero_grad()
                run.undo_interrupted_update()
                run.store()
    return run.history(task, until)


def curriculum(
    model: nn.Module, tasks, steps: int, until: float, checkpoint=None, **settings
) -> list[History]:
    """Train ``model`` on a curriculum: one task after the other, each once the last is solved.

    It ends with the last task, or with the first that is not solved.

    Args:
        tasks: from easy to hard.
        steps: the largest number of updates for each.
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


def adam(trained, lr):
    """Adam, with PyTorch's fused implementation where it has one for these parameters."""
    try:
        return torch.optim.Adam(trained, lr=lr, fused=True)
    except RuntimeError:  # none for this device or this dtype
        return torch.optim.Adam(trained, lr=lr)


def answers(model, batch, task):
    """The model's outputs for a batch, checked to be answers to this task."""
    try:
        outputs = model(batch.inputs)
    except Exception as error:
        inputs = batch.inputs
        error.add_note(
            f"The model was reading {task}: inputs {tuple(inputs.shape)}, {inputs.dtype}."
        )
        raise
    expected = (*batch.asked.shape, task.answers)
    if not torch.is_tensor(outputs) or tuple(outputs.shape) != expected:
        came = tuple(outputs.shape) if torch.is_tensor(outputs) else f"a {type(outputs).__name__}"
        raise ValueError(
            f"the model's answer is {came}, and {task} asks for a tensor {expected}: "
            "(seq_len, batch_size, answers)"
        )
    if not outputs.requires_grad:
        raise ValueError(
            "the model's answer does not depend on its trainable parameters: is it detached?"
        )
    return outputs


def check_settings(steps, batch_size, lr, clip):
    positive_integer("steps", steps)
    positive_integer("batch_size", batch_size)
    for name, value in (("lr", lr), ("clip", clip)):
        if not value > 0:
            raise ValueError(f"{name} is {value}; it must be above 0")


def check_model(model, task):
    """The model must be trainable, and made for such a task."""
    if not isinstance(model, nn.Module):
        came = model.__name__ if isinstance(model, type) else f"of type {type(model).__name__}"
        raise TypeError(f"model is {came}; give a torch.nn.Module: SequenceModel(layer, task)")
    if isinstance(model, nn.RNNBase):
        raise TypeError(
            f"model is a layer, nn.{type(model).__name__}, which does not answer by itself: "
            "SequenceModel(layer, task)"
        )
    if not any(parameter.requires_grad for parameter in model.parameters()):
        raise ValueError("the model has no trainable parameters: there is nothing to train")
    devices = sorted({str(parameter.device) for parameter in model.parameters()})
    if len(devices) > 1:
        raise ValueError(
            f"the model's parameters are on {' and '.join(devices)}; bring them to one device: "
            f'model.to("{devices[0]}")'
        )
    for part in model.modules():
        for name, made_for in part.task.items() if isinstance(part, SequenceModel) else ():
            given = getattr(task, name, made_for)
            if given != made_for:
                raise ValueError(
                    f"the model was made for a task with {name}={made_for}, and {task} has "
                    f"{name}={given}; make a SequenceModel for this one"
                )


def check_finite(step, loss, norm):
    for name, value in (("the loss", loss.item()), ("the norm of the gradient", norm.item())):
        if not math.isfinite(value):
            raise FloatingPointError(
                f"{name} is {value} at update {step + 1}: "
                "take a smaller lr, or clip the gradient to a smaller norm"
            )
