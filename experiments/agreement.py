"""Does one unit of a trained LSTM hold the number of the subject, and do the verbs need it?

Ten seeds of one network, which are then examined one unit at a time. The command that makes
the missing runs (less than ten minutes for all, on one core)::

    python -m experiments.agreement
"""

import numpy as np
import torch
from torch import nn

from experiments import stored
from experiments.making import chosen, command, default_dtype, means, named
from lstm_lib.cells.functions import tanh
from lstm_lib.cells.initialise import forget_bias
from lstm_lib.layers import Recurrent, from_torch
from lstm_lib.sequences import unroll
from lstm_lib.training import SequenceModel, fit
from lstm_lib.training.tasks import Agreement

FILE = stored.RESULTS / "agreement.json"

load = stored.agreement

NETWORKS = {"LSTM, forget bias 3": nn.LSTM}
"""PyTorch's layer for each label. It starts as PyTorch does, but for the bias that is named, and is
trained as a layer of this library: with one bias for each gate, where PyTorch trains two."""

SEEDS = tuple(range(10))

SETTINGS = {
    "dtype": "float64",
    "length": 40,
    "embedding": 16,
    "hidden": 24,
    "batch_size": 64,
    "clip": 1.0,
    "steps": 600,
    "examples": 200,
    "mean_of": 10,
    "choice": {
        "rates": [3e-3, 1e-2, 3e-2],
        "seeds": [100, 101],
        "per": ["network"],
        "by": "verbs",
        "best": "highest",
    },
}
"""Settings of :func:`~lstm_lib.training.fit`, sizes, the number of sentences on which a network is
examined, how many losses are stored as one number, their mean, and how each network's learning rate
is chosen."""

SUBJECT, VERB, PRONOUN, NEXT = 1, 8, 10, 14
"""The places of words in the sentences for examining, which all have two nouns between the subject
and its verb; ``NEXT`` is the subject of the sentence that follows."""


@default_dtype(SETTINGS["dtype"])
def run(network, lr=1e-2, seed=0, steps=SETTINGS["steps"]):
    """Train one network, and examine it.

    Returns:
        ``verbs``, the share of verbs in the right form; ``attracted``, that of the verbs after a
        noun whose number is not the subject's; and ``loss``, the mean of each ten updates. Also,
        with an entry for each unit:

        - ``held``, the share of verbs, and of he and she, that are right if the unit's cell state
          is held at its mean;
        - ``apart``, how far the means of tanh(C) for plurals and singulars are apart, from the
          subject to the word before its verb, and at the word before the next subject;
        - ``kept``, the product of its forget gates from the subject to the verb, and from there to
          the next subject;
        - ``forced``, the share of plural verbs if it is held at its mean for plural subjects, and
          for singular ones, at the word before the verb;
        - ``once``, the share of plural verbs after singular subjects if it is set, one word after
          the subject, to its mean there for plural ones, and then left alone;
        - ``means``, its means after each word up to the verb, for plural subjects and for singular
          ones;
        - ``followed``, the share of verbs that are right if it is held after each word at its mean
          there for plural subjects.

    Raises:
        ValueError: an unknown network.
    """
    model, history = trained(network, lr, seed, steps)
    reading = Reading(model, sentences(SETTINGS["examples"], seed))
    answers = reading.answers()
    found = {"verbs": reading.verbs_right(answers), "attracted": reading.attracted_right(answers)}
    found["loss"] = means(history.loss, SETTINGS["mean_of"])
    found |= examined(reading)
    return {name: np.round(values, 4).tolist() for name, values in found.items()}


@default_dtype(SETTINGS["dtype"])
def trained(network, lr, seed=0, steps=SETTINGS["steps"]):
    """One network after training, and its history. Those of one seed see the same sentences."""
    task = Agreement(SETTINGS["length"])
    torch.manual_seed(seed)
    module = named("network", network, NETWORKS)(SETTINGS["embedding"], SETTINGS["hidden"])
    layer = Recurrent(from_torch(module))
    if "forget bias" in network:
        forget_bias(layer, float(network.rpartition(" ")[2]))
    model = SequenceModel(layer, task, SETTINGS["embedding"])
    settings = chosen(SETTINGS, "batch_size", "clip")
    history = fit(model, task, steps, lr=lr, seed=seed, progress=False, **settings)
    return model, history


def sentences(size, seed=0):
    """Random sentences of one shape, two after another, as numbers ``(words, size)``: “the SUBJECT
    near the NOUN near the NOUN VERB and PRONOUN VERB .”"""
    generator = torch.Generator().manual_seed(1000 + seed)
    words, _, _ = Agreement(SETTINGS["length"]).sentences(2, size, generator)
    return words.numpy()


class Reading:
    """A network that reads sentences in NumPy, word by word, so that one may interfere."""

    def __init__(self, model, texts):
        self.texts, self.is_plural = texts, texts % 2 == 0  # each plural follows its singular
        self.cell = model.layer.to_numpy()
        vectors, self.V, self.bias = (
            weights.detach().numpy()
            for weights in (model.embedding.weight, *model.answer.parameters())
        )
        self.x = vectors[texts]
        self.run = unroll(self.cell, self.x)

    def answers(self, unit=None, value=0.0, after=None, words=None):
        """The scores of the next word after each of the first ``words``, ``(words, size,
        answers)``, with the cell state of one ``unit`` held at ``value``, or at one for each word,
        ``(words, 1)``; or put there once, ``after`` this word."""
        if unit is None:
            return self.run.outputs @ self.V.T + self.bias
        state, outputs = self.cell.initial_state(self.x[0]), []
        for step, x in enumerate(self.x[:words]):
            state, gates = self.cell(x, state)
            if after in (None, step):
                state.c[:, unit] = value[step] if np.ndim(value) == 2 else value
                state = state._replace(h=gates.o * tanh(state.c))
            outputs.append(state.h)
        return np.array(outputs) @ self.V.T + self.bias

    def wants_plural(self, answers, verb=VERB):
        """Whether the plural form of the verb is likelier than its singular form, ``(size,)``."""
        singular = (self.texts[verb] - 1) // 2 * 2 + 1
        before, each = answers[verb - 1], np.arange(len(singular))
        return before[each, singular + 1] > before[each, singular]

    def right(self, answers):
        """Whether each verb is in the right form, ``(2, size)``: that of the first sentence, and
        that of the second."""
        verbs = (VERB, VERB + NEXT - SUBJECT)
        return np.array([self.wants_plural(answers, v) == self.is_plural[v] for v in verbs])

    def verbs_right(self, answers):
        return self.right(answers).mean()

    def attracted_right(self, answers):
        """As :meth:`verbs_right`, where the noun before the verb has not the subject's number."""
        nouns, verbs = self.is_plural[[VERB - 1, VERB + NEXT - SUBJECT - 1]], self.right(answers)
        return verbs[nouns != self.is_plural[[SUBJECT, NEXT]]].mean()

    def pronouns_right(self, answers):
        """How often the right one of he and she is likelier, where it is one of them."""
        he, she = (Agreement.words.index(word) for word in ("he", "she"))
        right = []
        for place in (PRONOUN, PRONOUN + NEXT - SUBJECT):
            pronouns, before = self.texts[place], answers[place - 1]
            singular = np.isin(pronouns, (he, she))
            wants_he = before[:, he] > before[:, she]
            right.extend((wants_he == (pronouns == he))[singular])
        return np.mean(right)


def examined(reading):
    """What :func:`run` returns of an LSTM beside its scores, with an entry for each unit."""
    c, f = reading.run.states["c"], reading.run.gates["f"]
    plural = reading.is_plural[SUBJECT]
    usual = c[[VERB - 1, VERB + NEXT - SUBJECT - 1]].mean((0, 1))
    as_plural, as_singular = c[VERB - 1, plural].mean(0), c[VERB - 1, ~plural].mean(0)
    means = np.array([c[:VERB, which].mean(1) for which in (plural, ~plural)])
    found = {name: [] for name in ("held", "forced", "once", "followed")}
    for unit in range(c.shape[-1]):
        held = reading.answers(unit, usual[unit])
        found["held"].append([reading.verbs_right(held), reading.pronouns_right(held)])
        forced = [reading.answers(unit, put[unit], words=VERB) for put in (as_plural, as_singular)]
        found["forced"].append([reading.wants_plural(answers).mean() for answers in forced])
        put_there = c[SUBJECT + 1, plural, unit].mean()
        once = reading.answers(unit, put_there, after=SUBJECT + 1, words=VERB)
        found["once"].append(reading.wants_plural(once)[~plural].mean())
        followed = reading.answers(unit, means[0, :, unit, None], words=VERB)
        found["followed"].append((reading.wants_plural(followed) == plural).mean())
    apart = [
        abs(tanh(c[steps][:, plural]).mean((0, 1)) - tanh(c[steps][:, ~plural]).mean((0, 1)))
        for steps in (slice(SUBJECT, VERB), slice(NEXT - 1, NEXT))
    ]
    kept = [f[steps].prod(0).mean(0) for steps in (slice(SUBJECT + 1, VERB), slice(VERB, NEXT))]
    found["means"] = means.transpose(2, 0, 1)
    return found | {"apart": np.transpose(apart), "kept": np.transpose(kept)}


if __name__ == "__main__":
    axes = {"network": list(NETWORKS), "seed": SEEDS}
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, **axes)
