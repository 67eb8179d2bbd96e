"""Training goes as far as it is told, tells what happened, and loses nothing."""

import importlib
import math
import os
import signal
import threading
from dataclasses import dataclass
from itertools import count

import numpy as np
import pytest
import torch
from precision import default_dtype
from refusal import refused
from torch import nn
from torch.optim.optimizer import register_optimizer_step_pre_hook

from lstm_lib.cells import LSTMCell
from lstm_lib.cells.initialise import forget_bias
from lstm_lib.layers import Bidirectional, Recurrent, Stacked, to_torch
from lstm_lib.training import SequenceModel, curriculum, fit
from lstm_lib.training.tasks import Adding, Recall
from lstm_lib.training.text import Corpus

TASK = Recall(gap=3, keys=3)


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def small_model(task=TASK, seed=0):
    torch.manual_seed(seed)
    return SequenceModel(nn.LSTM(4 if task.tokens else task.features, 8), task, embedding=4)


def quick(model, task=TASK, steps=12, **settings):
    settings = dict(batch_size=4, progress=False) | settings
    return fit(model, task, steps, **settings)


def assert_same_run(one, other, model, twin):
    """Bit for bit the same curves, and the same weights."""
    for curve in ("loss", "score", "gradient_norm"):
        np.testing.assert_array_equal(getattr(one, curve), getattr(other, curve), err_msg=curve)
    assert one.solved_at == other.solved_at
    assert_same_weights(model, twin)


def assert_same_weights(model, twin):
    for (name, weight), other in zip(model.named_parameters(), twin.parameters(), strict=True):
        assert torch.equal(weight, other), name


# The model


LAYERS = [
    nn.RNN(4, 8),
    nn.GRU(4, 8),
    nn.LSTM(4, 8),
    nn.LSTM(4, 8, num_layers=2, bidirectional=True),
    pytest.param(
        nn.LSTM(4, 8, proj_size=3), marks=pytest.mark.filterwarnings("ignore:LSTM with projections")
    ),
    Recurrent(LSTMCell(4, 8)),
    Bidirectional(LSTMCell(4, 8), LSTMCell(4, 5)),
    Stacked([LSTMCell(4, 8), LSTMCell(8, 5)]),
]


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_every_recurrent_layer_answers_at_every_step(layer):
    batch = TASK.batch(5)
    outputs = SequenceModel(layer, TASK, embedding=4)(batch.inputs)
    assert outputs.shape == (5, 5, TASK.answers)
    TASK.loss(outputs, batch).backward()


def test_ours_and_torchs_lstm_answer_the_same():
    cell = LSTMCell(4, 8, dtype=np.float32)
    inputs = TASK.batch(5).inputs
    ours, theirs = (SequenceModel(layer, TASK, 4) for layer in (Recurrent(cell), to_torch(cell)))
    for name in ("embedding", "answer"):
        getattr(ours, name).load_state_dict(getattr(theirs, name).state_dict())
    torch.testing.assert_close(ours(inputs), theirs(inputs), rtol=0, atol=1e-6)


def test_real_numbers_are_read_as_they_are():
    task = Adding(6)
    layer = nn.LSTM(2, 8)
    model = SequenceModel(layer, task)
    x = task.batch(5).inputs
    torch.testing.assert_close(model(x), model.answer(layer(x)[0]), rtol=0, atol=0)


EVERY_KIND = [
    lambda task, **dtype: nn.LSTM(4 if task.tokens else task.features, 8, **dtype),
    lambda task, **dtype: Recurrent(LSTMCell(4 if task.tokens else task.features, 8), **dtype),
]


@pytest.mark.parametrize("layer", EVERY_KIND, ids=["theirs", "ours"])
@pytest.mark.parametrize("task", [TASK, Adding(6)], ids=str)
def test_a_float64_layer_makes_a_float64_model(layer, task):
    model = SequenceModel(layer(task, dtype=torch.float64), task, embedding=4)
    assert {p.dtype for p in model.parameters()} == {torch.float64}
    assert model(task.batch(5).inputs).dtype == torch.float64
    assert quick(model, task).steps == 12


@pytest.mark.parametrize("layer", EVERY_KIND, ids=["theirs", "ours"])
@pytest.mark.parametrize("task", [TASK, Adding(6)], ids=str)
def test_with_float64_as_the_default_everything_is_float64(layer, task):
    with default_dtype(torch.float64):
        model = SequenceModel(layer(task), task, embedding=4)
        assert {p.dtype for p in model.parameters()} == {torch.float64}
        assert quick(model, task).steps == 12


def test_a_model_may_change_its_precision_after_it_was_made():
    model = small_model(Adding(6)).double()
    assert model(Adding(6).batch(5).inputs).dtype == torch.float64
    assert quick(model, Adding(6)).steps == 12


def test_a_model_stands_where_its_layer_stands():
    model = SequenceModel(nn.LSTM(4, 8, device="meta"), TASK, embedding=4)
    assert {p.device.type for p in model.parameters()} == {"meta"}


def test_float64_and_float32_begin_alike():
    single, double = small_model(Adding(6)), small_model(Adding(6)).double()
    one, other = (quick(model, Adding(6), steps=3) for model in (single, double))
    np.testing.assert_allclose(one.loss, other.loss, rtol=1e-5)


@pytest.mark.parametrize(
    "layer",
    [
        nn.RNN(4, 8),
        nn.LSTM(4, 8),
        Recurrent(LSTMCell(4, 8)),
        Stacked([LSTMCell(4, 8), LSTMCell(8, 5)]),
    ],
    ids=str,
)
def test_a_model_goes_on_from_the_state_that_it_gave(layer):
    corpus = Corpus("to be or not to be, that is the question")
    model = SequenceModel(layer, corpus, embedding=4)
    text = corpus.numbers[:, None]
    first, state = model.go_on(text[:15])
    second, _ = model.go_on(text[15:], state)
    torch.testing.assert_close(torch.cat([first, second]), model(text), rtol=0, atol=1e-6)
    assert (second != model(text[15:])).any()


def test_a_layer_of_the_wrong_size_is_refused():
    with refused(
        ValueError,
        "the layer has input_size=5, and this model gives it 16 numbers a step (the embedding)",
    ):
        SequenceModel(nn.LSTM(5, 8), TASK)
    with refused(
        ValueError,
        "the layer has input_size=3, and this model gives it 2 numbers a step (as the task does)",
    ):
        SequenceModel(Recurrent(LSTMCell(3, 8)), Adding(5))


def test_a_layer_that_wants_the_batch_first_is_refused():
    with refused(ValueError, "the layer has batch_first=True; here time comes first"):
        SequenceModel(nn.LSTM(16, 8, batch_first=True), TASK)


# What is learned: the book's first lesson


def lstm(seed, start):
    return to_torch(start(LSTMCell(16, 64, seed=seed, dtype=np.float32)))


def attempt(layer, task, steps, seed):
    torch.manual_seed(seed)
    model = SequenceModel(layer(), task)
    return fit(model, task, steps, seed=seed, until=0.99, progress=False)


@pytest.mark.parametrize("seed", range(3))
def test_an_open_forget_gate_solves_at_once_what_torchs_default_does_not(seed):
    task = Recall(gap=30)
    opened = attempt(lambda: lstm(seed, lambda c: forget_bias(c, 3)), task, 100, seed)
    default = attempt(lambda: nn.LSTM(16, 64), task, 100, seed)
    assert opened.solved_at is not None and opened.score[-10:].mean() >= 0.99
    assert default.solved_at is None and default.score[-10:].mean() < 2 * task.baseline


def test_a_curriculum_ends_with_what_is_not_solved():
    torch.manual_seed(0)
    model = SequenceModel(nn.RNN(16, 32), Recall(1))
    tasks = [Recall(1), Recall(5), Recall(60), Recall(70)]
    settings = dict(batch_size=32, lr=1e-2, progress=False)
    one, two, three = curriculum(model, tasks, steps=70, until=0.99, **settings)
    assert one.solved_at and two.solved_at
    assert three.solved_at is None and three.steps == 70


# The loop


def test_every_step_is_recorded_and_the_model_learns():
    model = small_model()
    history = quick(model, steps=150, batch_size=32, lr=1e-2)
    assert history.steps == 150
    for curve in (history.loss, history.score, history.gradient_norm):
        assert curve.shape == (150,) and np.isfinite(curve).all()
    assert history.loss[-10:].mean() < 0.5 * history.loss[:10].mean()
    assert history.seconds > 0 and history.solved_at is None


def test_a_step_is_adams_on_the_clipped_gradient():
    model, twin = small_model(), small_model()
    history = quick(model, steps=5, clip=0.05, lr=0.02, seed=3)
    optimiser = torch.optim.Adam(twin.parameters(), lr=0.02)
    generator = torch.Generator().manual_seed(3)
    for step in range(5):
        batch = TASK.batch(4, generator)
        outputs = twin(batch.inputs)
        optimiser.zero_grad()
        loss = TASK.loss(outputs, batch)
        loss.backward()
        norm = torch.cat([p.grad.flatten() for p in twin.parameters()]).norm().item()
        for p in twin.parameters():
            p.grad *= min(1, 0.05 / norm)
        optimiser.step()
        assert history.loss[step] == pytest.approx(loss.item(), rel=1e-4)
        assert history.score[step] == TASK.score(outputs, batch).item()
        assert history.gradient_norm[step] == pytest.approx(norm, rel=1e-4)  # before clipping
        assert norm > 0.05
    for p, q in zip(model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(p, q, rtol=0, atol=1e-4)


def test_the_same_seeds_train_the_same_and_other_examples_another():
    models = [small_model() for _ in range(3)]
    one, same, other = (quick(m, seed=seed) for m, seed in zip(models, (1, 1, 2), strict=True))
    assert_same_run(one, same, *models[:2])
    assert (one.loss != other.loss).any()


def test_training_leaves_the_global_random_numbers_alone():
    model = small_model()
    before = torch.get_rng_state()
    quick(model, steps=2)
    assert torch.equal(torch.get_rng_state(), before)


def test_numbers_near_zero_are_flushed():
    torch.set_flush_denormal(False)
    quick(small_model(), steps=1)
    assert torch.tensor([1e-39]).mul(0.5).item() == 0


def test_an_infinite_clip_clips_nothing():
    one, other = small_model(), small_model()
    quick(one, clip=math.inf)
    quick(other, clip=1e9)
    assert_same_weights(one, other)


@pytest.mark.parametrize("shown", [True, False])
def test_a_bar_is_shown_unless_told_otherwise(shown, capsys):
    quick(small_model(), progress=shown)
    assert bool(capsys.readouterr().err) == shown


# Until


@dataclass(frozen=True)
class Scored:
    """A task that is Recall, with scores decided beforehand."""

    scores: tuple
    higher_is_better: bool = True

    def __post_init__(self):
        object.__setattr__(self, "coming", iter(self.scores))

    def batch(self, size, generator):
        return TASK.batch(size, generator)

    def loss(self, outputs, batch):
        return TASK.loss(outputs, batch)

    def score(self, outputs, batch):
        return torch.tensor(next(self.coming))


@pytest.mark.parametrize("higher_is_better", [True, False])
def test_it_stops_when_the_last_ten_scores_are_good_enough_on_average(higher_is_better):
    good, bad = (1.0, 0.0) if higher_is_better else (0.0, 1.0)
    scores = (good,) * 4 + (bad,) * 6 + (good,) * 30
    history = quick(small_model(), Scored(scores, higher_is_better), 40, until=0.5)
    # After 10 steps 4 of 10 are good; step 11 brings one and loses one; at 15 the sixth bad goes.
    assert history.solved_at == history.steps == 15
    assert quick(small_model(), Scored(scores, higher_is_better), 14, until=0.5).solved_at is None


def test_without_a_criterion_nothing_counts_as_solved():
    history = quick(small_model(), Scored((1.0,) * 12))
    assert history.steps == 12 and history.solved_at is None


def test_fewer_than_ten_steps_solve_nothing():
    assert quick(small_model(), Scored((1.0,) * 9), 9, until=0.5).solved_at is None


# Interrupted, and taken up again


class Interrupted(Recall):
    """Recall, with somebody who presses Ctrl-C while an example is drawn, or a loss computed."""

    def press(self, where, step):
        pressed = interrupt_at(step, getattr(self, where))
        object.__setattr__(self, where, pressed)  # a task is frozen
        return self


def interrupt_at(step, original):
    calls = count(1)

    def wrapped(*args):
        result = original(*args)
        if next(calls) == step:
            raise KeyboardInterrupt
        return result

    return wrapped


@pytest.mark.parametrize("where", ["batch", "loss"])
def test_an_interruption_returns_what_was_learned_so_far(where):
    model, twin = small_model(), small_model()
    history = quick(model, Interrupted(3, keys=3).press(where, 8), steps=20)
    assert_same_run(history, quick(twin, Interrupted(3, keys=3), steps=7), model, twin)


@pytest.mark.parametrize("where", ["batch", "loss"])
def test_an_interrupted_run_ends_as_if_it_had_never_stopped(where, tmp_path):
    file = tmp_path / "run.pt"
    model, twin = small_model(), small_model()
    whole = quick(model, Interrupted(3, keys=3), steps=20)
    first = quick(twin, Interrupted(3, keys=3).press(where, 8), steps=20, checkpoint=file)
    assert first.steps == 7
    taken_up = small_model(seed=99)  # whatever it starts with: the file has the weights
    history = quick(taken_up, Interrupted(3, keys=3), steps=20, checkpoint=file)
    assert_same_run(history, whole, taken_up, model)


def test_an_interruption_in_the_middle_of_a_step_waits_for_its_end(tmp_path):
    file = tmp_path / "run.pt"
    model, twin = small_model(), small_model()
    whole = quick(model, steps=20)
    calls = count(1)

    def press(optimiser, *_):
        if next(calls) == 8:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    hook = register_optimizer_step_pre_hook(press)
    try:
        first = quick(twin, steps=20, checkpoint=file)
    finally:
        hook.remove()
    assert first.steps == 8
    assert signal.getsignal(signal.SIGINT) is before
    assert_same_run(quick(twin, steps=20, checkpoint=file), whole, twin, model)


def test_it_trains_in_a_thread_too():
    histories = []
    thread = threading.Thread(target=lambda: histories.append(quick(small_model())))
    thread.start()
    thread.join()
    assert histories[0].steps == 12


def test_a_finished_run_goes_on_when_more_steps_are_wanted(tmp_path):
    file = tmp_path / "run.pt"
    model, twin = small_model(), small_model()
    whole = quick(model, steps=20)
    assert quick(twin, steps=5, checkpoint=file).steps == 5
    assert_same_run(quick(twin, steps=20, checkpoint=file), whole, twin, model)


def test_a_finished_run_is_not_run_again(tmp_path):
    file = tmp_path / "run.pt"
    model = small_model()
    history = quick(model, checkpoint=file)
    twin = small_model(seed=99)
    again = quick(twin, checkpoint=file)
    assert_same_run(again, history, twin, model)
    assert again.seconds == history.seconds


def test_a_run_that_fails_keeps_what_it_had_learned(tmp_path):
    file = tmp_path / "run.pt"
    scores = Scored((0.5,) * 5)  # there is no sixth
    with pytest.raises(StopIteration):
        quick(small_model(), scores, 20, checkpoint=file)
    assert len(torch.load(file, weights_only=True)["rows"]) == 5


def test_a_long_run_is_stored_on_its_way(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.import_module("lstm_lib.training.fit"), "STORE_EVERY", 0)
    file = tmp_path / "run.pt"
    stored = []

    class Watched(Recall):
        def batch(self, size, generator):
            stored.append(file.exists() and len(torch.load(file, weights_only=True)["rows"]))
            return super().batch(size, generator)

    quick(small_model(), Watched(3, keys=3), 4, checkpoint=file)
    assert stored == [False, 1, 2, 3]
    assert os.listdir(tmp_path) == ["run.pt"]


def test_a_file_is_replaced_only_by_a_whole_one(tmp_path, monkeypatch):
    file = tmp_path / "run.pt"
    quick(small_model(), steps=5, checkpoint=file)
    content = file.read_bytes()

    def disk_full(contents, path):
        path.write_bytes(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(torch, "save", disk_full)
    with pytest.raises(OSError, match="no space left"):
        quick(small_model(), steps=6, checkpoint=file)
    assert file.read_bytes() == content


def test_an_interrupted_curriculum_is_taken_up_where_it_was(tmp_path):
    def run(*tasks, file=None):
        torch.manual_seed(0)
        model = small_model()
        settings = dict(batch_size=4, until=0.0, progress=False, checkpoint=file)
        return model, curriculum(model, tasks, 30, **settings)

    easy, hard = Interrupted(1, keys=3), Interrupted(3, keys=3)
    model, whole = run(easy, hard)
    pressed = Interrupted(3, keys=3).press("batch", 5)
    _, first = run(easy, pressed, file=tmp_path / "run")
    assert [h.steps for h in first] == [10, 4] and first[-1].solved_at is None
    again, histories = run(easy, hard, file=tmp_path / "run")
    for one, other in zip(histories, whole, strict=True):
        assert_same_run(one, other, again, model)
    assert sorted(os.listdir(tmp_path)) == ["run.0", "run.1"]


# Nonsense is refused


REFUSED = [
    (dict(steps=0), "steps is 0; it must be 1 or more"),
    (dict(batch_size=0), "batch_size is 0; it must be 1 or more"),
    (dict(lr=0), "lr is 0; it must be above 0"),
    (dict(lr=math.nan), "lr is nan; it must be above 0"),
    (dict(clip=-1.0), "clip is -1.0; it must be above 0"),
]


@pytest.mark.parametrize("settings, sentence", REFUSED, ids=[sentence for _, sentence in REFUSED])
def test_nonsense_is_refused_with_a_sentence(settings, sentence):
    with refused(ValueError, sentence):
        quick(small_model(), **settings)


CHANGES = [
    (dict(lr=0.5), "lr 0.003, and this is 0.5"),
    (dict(seed=7), "seed 0, and this is 7"),
    (dict(batch_size=5), "batch_size 4, and this is 5"),
    (dict(clip=2.0), "clip 1.0, and this is 2.0"),
    (
        dict(task=Recall(4, keys=3)),
        "task Recall(gap=3, keys=3, fillers=8), and this is Recall(gap=4, keys=3, fillers=8)",
    ),
]


@pytest.mark.parametrize("change, difference", CHANGES, ids=[d for _, d in CHANGES])
def test_a_checkpoint_of_another_run_is_refused_and_kept(change, difference, tmp_path):
    file = tmp_path / "run.pt"
    quick(small_model(), checkpoint=file)
    content = file.read_bytes()
    sentence = f"{file} is of a run with {difference}; choose another file, or delete this one"
    with refused(ValueError, sentence):
        quick(small_model(), checkpoint=file, **change)
    assert file.read_bytes() == content


def test_a_checkpoint_of_another_model_is_refused(tmp_path):
    file = tmp_path / "run.pt"
    quick(small_model(), checkpoint=file)
    with pytest.raises(ValueError, match=r"is of a run with model (?s:.*)LSTM(?s:.*)RNN"):
        quick(SequenceModel(nn.RNN(16, 8), TASK), checkpoint=file)


@pytest.mark.parametrize("content", [b"", b"not a checkpoint"])
def test_a_file_that_is_no_checkpoint_is_refused_and_kept(content, tmp_path):
    file = tmp_path / "run.pt"
    file.write_bytes(content)
    with refused(ValueError, f"{file} is not a checkpoint of a training run"):
        quick(small_model(), checkpoint=file)
    assert file.read_bytes() == content


def test_a_checkpoint_in_a_folder_that_is_not_there_is_refused_before_training(tmp_path):
    file = tmp_path / "none" / "run.pt"
    with refused(FileNotFoundError, f"checkpoint is {file}; there is no such folder"):
        quick(small_model(), checkpoint=file)


def test_numbers_that_explode_are_refused_and_the_weights_are_kept():
    model, twin = small_model(), small_model()

    class Exploding(Recall):
        def loss(self, outputs, batch):
            return super().loss(outputs, batch) * math.inf

    sentence = (
        "the loss is inf at step 1: take a smaller lr, or clip the gradient to a smaller norm"
    )
    with refused(FloatingPointError, sentence):
        quick(model, Exploding(3, keys=3))
    assert_same_weights(model, twin)
