"""A network for a task: an embedding, a recurrent layer, and a linear layer for the answers."""

import torch
from torch import nn

from lstm_lib.training.tasks.base import check_task


class SequenceModel(nn.Module):
    r"""A recurrent layer with an embedding before it and a linear layer after it.

    .. math:: x_t \;\to\; \text{embedding} \;\to\; \text{recurrent layer} \;\to\; h_t
              \;\to\; V h_t + b \quad \text{at every step}

    A task of real numbers has no embedding. The embedding and the linear layer have the dtype and
    the device of the layer's weights, and real numbers are converted to that dtype:
    ``SequenceModel(nn.LSTM(2, 8, dtype=torch.float64), task)`` computes in float64.

    Args:
        layer: ``torch.nn.RNN``, ``LSTM`` or ``GRU``, or one of :mod:`lstm_lib.layers`.
        task: one of :mod:`lstm_lib.training.tasks`, or a :class:`~lstm_lib.training.Corpus`.
        embedding: the size of the embedding of a token: the layer's ``input_size``.

    Raises:
        TypeError: something that is not a recurrent layer, or not a task.
        ValueError: a layer with another ``input_size``, or with ``batch_first=True``.
    """

    def __init__(self, layer: nn.Module, task, embedding: int = 16):
        super().__init__()
        check_task(task)
        check_layer(layer)
        features = embedding if task.tokens else task.features
        if layer.input_size != features:
            raise ValueError(
                f"the layer has input_size={layer.input_size}, and this model gives it {features} "
                f"numbers a step ({'the embedding' if task.tokens else 'as the task does'})"
            )
        if getattr(layer, "batch_first", False):
            raise ValueError("the layer has batch_first=True; here time comes first")
        self.task = {name: getattr(task, name) for name in ("tokens", "features", "answers")}
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
        """The answers, and the state after the last step, to be given as ``state`` to continue."""
        x = self.embedding(inputs).to(self.answer.weight.dtype)
        hidden, state = self.layer(x, state)[:2]
        return self.answer(hidden), state


def dtype_and_device(layer):
    """The dtype and device of a layer's weights; PyTorch's defaults for a layer without weights."""
    weight = next((p for p in layer.parameters() if p.is_floating_point()), torch.empty(0))
    return {"dtype": weight.dtype, "device": weight.device}


def output_size(layer):
    """How many numbers a recurrent layer, PyTorch's or one of ours, returns at each step."""
    if hasattr(layer, "output_size"):
        return layer.output_size
    return (2 if layer.bidirectional else 1) * (layer.proj_size or layer.hidden_size)


def check_layer(layer):
    """``layer`` must be a recurrent layer, PyTorch's or one of ours."""
    if not isinstance(layer, nn.RNNBase) and not (
        isinstance(layer, nn.Module) and hasattr(layer, "output_size")
    ):
        came = layer.__name__ if isinstance(layer, type) else f"of type {type(layer).__name__}"
        raise TypeError(
            f"layer is {came}; give torch.nn.RNN, LSTM or GRU, or one of lstm_lib.layers: "
            "a cell becomes one in Recurrent(cell)"
        )
