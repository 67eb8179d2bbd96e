"""Assignment 5: an experiment, on a task of one's own. Its tools are checked; a person reads it."""

import numpy as np
import torch

from coursework.assignments import listed
from coursework.questions import Call, Question
from lstm_lib.training.tasks import Recall

FORBIDDEN = ("lstm_lib",)
PACKAGES = ("numpy", "matplotlib", "torch")


@listed
def recall(rng):
    """A gap of one; more kinds of keys; a long gap."""
    for gap, keys, fillers in ((1, 2, 1), (6, 5, 3), (40, 8, 8)):
        task = Recall(gap, keys, fillers)
        batch = task.batch(20, torch.Generator().manual_seed(int(rng.integers(2**31))))
        inputs = batch.inputs.numpy()
        arguments = {
            "keys": inputs[0],
            "fillers": inputs[1:-1] - keys,
            "key_kinds": keys,
            "filler_kinds": fillers,
        }
        hint = "The key, the fillers counted on from the keys, and the query, one below the other."
        yield Call("recall", arguments, inputs, hint)


@listed
def baselines(rng):
    """Keys of the task recall; answers that are not equally frequent; one answer alone."""
    for frequencies in ([1] * 8, [1, 5, 2], [1]):
        answers = rng.permutation(np.repeat(np.arange(len(frequencies)) + 3, frequencies))
        share = max(frequencies) / sum(frequencies)
        hint = "The best guess is the most frequent answer, whatever its number is."
        yield Call("baseline", {"answers": answers}, share, hint)


@listed
def accuracies(rng):
    for size, choices in ((1, 2), (20, 4), (200, 8)):
        scores, answers = rng.normal(size=(size, choices)), rng.integers(choices, size=size)
        right = np.argsort(scores, axis=1)[:, -1] == answers
        hint = "In each row the answer is the place of the largest number."
        yield Call("accuracy", {"scores": scores, "answers": answers}, right.mean(), hint)


@listed
def solved_at(rng):
    """Early; after a lucky one; never; up to the very end."""
    low, high = rng.uniform(0.1, 0.8, size=30), rng.uniform(0.91, 1.0, size=30)
    lucky = np.concatenate([low[:5], high[:2], low[5:9], high[:4], low[9:12]])
    early = np.concatenate([low[:1], high[:6]])
    late = np.concatenate([low[:7], high[:3]])
    for measured, in_a_row, place, hint in (
        (early, 3, 1, "It may be solved from the second measurement on."),
        (lucky, 3, 11, "Two good ones are not three in a row; it need not stay solved."),
        (low, 1, -1, "If there is none, the answer is -1."),
        (late, 3, 7, "The last three measurements count as well."),
    ):
        arguments = {"accuracies": measured, "threshold": 0.9, "in_a_row": in_a_row}
        yield Call("solved_at", arguments, place, hint)


@listed
def over_seeds(rng):
    for seeds, gaps in ((3, 1), (5, 4), (10, 6)):
        measured = rng.uniform(size=(seeds, gaps))
        expected = {
            "median": np.quantile(measured, 0.5, axis=0),
            "lowest": np.sort(measured, axis=0)[0],
            "highest": np.sort(measured, axis=0)[-1],
        }
        hint = "One number for each gap; with an even number of seeds, the mean of the middle two."
        yield Call("over_seeds", {"accuracies": measured}, expected, hint)


QUESTIONS = (
    Question("q1", "A task to compare with", 3, recall),
    Question("q2", "The baseline", 2, baselines),
    Question("q3", "The score", 2, accuracies),
    Question("q4", "When is it solved?", 3, solved_at),
    Question("q5", "Over seeds", 2, over_seeds),
    Question("q7", "The report", 18, None),
)
