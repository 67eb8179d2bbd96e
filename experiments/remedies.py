"""Which remedies let a plain recurrent network recall? Four networks, three gaps, ten seeds.

The command that makes the missing runs (about six minutes for all, on one core)::

    python -m experiments.remedies

The networks that these are compared with, ``"RNN"`` (clipped) and ``"RNN, orthogonal"``, are those
of :mod:`experiments.recall_by_gap`: same task, sizes, budget, and rates to choose from.
"""

from functools import cache

import torch
from torch import nn

from experiments import recall_by_gap, stored
from experiments.making import command, default_dtype, named, score
from lstm_lib.training.tasks import Recall

FILE = stored.RESULTS / "remedies.json"

load = stored.remedies

GAPS = (10, 20, 30)

SEEDS = tuple(range(10))

SETTINGS = recall_by_gap.SETTINGS | {
    "choice": recall_by_gap.SETTINGS["choice"] | {"digits": 12, "among": {"gap": [20]}},
    "strength": 4.0,
    "reservoir": {"examples": 9600, "input_scale": 0.01, "radius": 0.95, "orthogonal": 0.99},
}
"""Those of :mod:`experiments.recall_by_gap`, with rates chosen at one gap; the penalty's weight in
the loss; and for an echo state network how many sequences its readout is fitted to, the size of
its input weights, and the spectral radius of its recurrent weights, drawn at random or orthogonal.
It has no learning rate."""


@default_dtype(SETTINGS["dtype"])
def run(network, gap, lr=3e-3, seed=0):
    """Train one network to answer across one gap.

    Returns:
        ``accuracy``, on examples drawn with another seed, and ``solved_at``, the number of updates
        after which 99 % were right, or None.

    Raises:
        ValueError: an unknown network.
    """
    return named("network", network, NETWORKS)(Recall(gap, SETTINGS["keys"]), lr, seed)


def penalised(task, lr, seed):
    """The plain network, clipped, with :func:`penalty` in its loss."""
    model, right = plain(task, seed), []
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    generator = torch.Generator().manual_seed(seed)
    while len(right) < SETTINGS["steps"] and not is_solved(right):
        batch = task.batch(SETTINGS["batch_size"], generator)
        h = model.layer(model.embedding(batch.inputs))[0]
        outputs = model.answer(h)
        loss = task.loss(outputs, batch)
        (d_h,) = torch.autograd.grad(loss, h, retain_graph=True)
        optimiser.zero_grad()
        (loss + SETTINGS["strength"] * penalty(model.layer.U["h"], h.detach(), d_h[-1])).backward()
        nn.utils.clip_grad_norm_(model.parameters(), SETTINGS["clip"])
        optimiser.step()
        right.append(task.score(outputs.detach(), batch).item())
    return result(model, task, seed, len(right) if is_solved(right) else None)


def penalty(U, h, d):
    r"""How much the length of the gradient changes from step to step, on its way back.

    .. math:: \Omega = \text{mean}_t \left( \frac{\lVert d_{t-1} \rVert}{\lVert d_t \rVert} - 1
              \right)^2, \qquad d_{t-1} = U^\top \big( (1 - h_t^2) \odot d_t \big)

    States and arriving gradients count as constants, so that its gradient is one by ``U`` alone.

    Args:
        U: the recurrent weights, ``(units, units)``.
        h: the states, ``(steps, batch, units)``.
        d: the gradient of the loss at the last state, ``(batch, units)``.

    Source: Pascanu, Mikolov and Bengio (2013), section 3.3, there a sum over the steps, and of the
    state before the tanh.
    """
    backwards = h[1:].flip(0)
    arriving = [d]
    with torch.no_grad():
        for h_t in backwards[:-1]:
            arriving.append((arriving[-1] * (1 - h_t**2)) @ U)
    arriving = torch.stack(arriving)
    passed_on = (arriving * (1 - backwards**2)) @ U
    return (passed_on.norm(dim=-1) / arriving.norm(dim=-1) - 1).square().mean()


def plain(task, seed):
    torch.manual_seed(seed)
    return recall_by_gap.model_for("RNN", task, seed)


def is_solved(right):
    return len(right) >= 10 and sum(right[-10:]) / 10 >= SETTINGS["until"]


def result(model, task, seed, solved_at=None):
    accuracy = score(model, task, SETTINGS["examples"], seed)
    return {"accuracy": round(accuracy, 4), "solved_at": solved_at}


class EchoState(nn.Module):
    """A network of random weights, of which only the linear readout is fitted.

    The spectral radius of the recurrent weights is below 1, so that what was read fades.

    Source: Jaeger (2001).
    """

    def __init__(self, task, units, orthogonal):
        super().__init__()
        settings = SETTINGS["reservoir"]
        U = torch.randn(units, units)
        if orthogonal:
            self.U = settings["orthogonal"] * torch.linalg.qr(U)[0]
        else:
            self.U = settings["radius"] * U / torch.linalg.eigvals(U).abs().max()
        self.W = settings["input_scale"] * torch.randn(task.tokens, units)
        self.readout = torch.zeros(units + 1, task.answers)

    def states(self, inputs):
        """The last state of each sequence and a 1 for the bias, ``(batch, units + 1)``."""
        h = torch.zeros(inputs.shape[1], len(self.U))
        for tokens in inputs:
            h = torch.tanh(self.W[tokens] + h @ self.U.T)
        return torch.cat([h, torch.ones(len(h), 1)], 1)

    def fit(self, task, examples, generator):
        """Least squares: the readout that comes closest to 1 for the key and 0 for the others."""
        batch = task.batch(examples, generator)
        H = self.states(batch.inputs)
        wanted = nn.functional.one_hot(batch.targets[-1], task.answers).to(H.dtype)
        self.readout = torch.linalg.lstsq(H, wanted).solution

    def forward(self, inputs):
        answers = self.states(inputs) @ self.readout
        return answers.expand(len(inputs), *answers.shape)  # asked for at the last step alone


def echo_state(units, orthogonal=False):
    @cache
    def fitted(task, seed):
        torch.manual_seed(seed)
        model = EchoState(task, units, orthogonal)
        generator = torch.Generator().manual_seed(seed)
        model.fit(task, SETTINGS["reservoir"]["examples"], generator)
        return result(model, task, seed)

    return lambda task, lr, seed: fitted(task, seed)  # the same at every learning rate


NETWORKS = {
    "RNN, penalty": penalised,
    "echo state, 64 units": echo_state(64),
    "echo state, 200 units": echo_state(200),
    "echo state, 200 units, orthogonal": echo_state(200, orthogonal=True),
}
"""What trains each network and answers: ``(task, lr, seed)``."""


if __name__ == "__main__":
    axes = {"network": list(NETWORKS), "gap": GAPS, "seed": SEEDS}
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, longest="gap", **axes)
