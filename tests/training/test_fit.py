"""Training goes as far as it is told, tells what happened, and loses nothing."""

import math
import os
import signal
import threading
from dataclasses import dataclass
from itertools import count

import numpy as np
import pytest
import torch
from gpu import needs_a_gpu
from precision import default_dtype
from refusal import refused
from torch import nn
from torch.optim.optimizer import register_optimizer_step_pre_hook

from lstm_lib.cells import LSTMCell
from lstm_lib.cells.initialise import forget_bias
from lstm_lib.layers import Bidirectional, Recurrent, Stacked, to_torch
from lstm_lib.training import SequenceModel, checkpoint, curriculum, fit
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


# The process is left as it was found


def with_dropout(seed=0):
    torch.manual_seed(seed)
    return SequenceModel(nn.LSTM(4, 8, num_layers=2, dropout=0.5), TASK, embedding=4)


@pytest.mark.parametrize("model", [small_model, with_dropout])
def test_training_leaves_the_global_random_numbers_alone(model):
    model = model()
    before = torch.get_rng_state()
    quick(model, steps=2)
    assert torch.equal(torch.get_rng_state(), before)


class Flushed(Recall):
    """Recall that notes whether numbers near zero are flushed while it is learned."""

    noted = []

    def loss(self, outputs, batch):
        self.noted.append(subnormals_are_flushed())
        return super().loss(outputs, batch)


def subnormals_are_flushed():
    return (torch.tensor(1e-310, dtype=torch.float64) * 0.5).item() == 0


@pytest.mark.parametrize("before", [False, True])
def test_numbers_near_zero_are_flushed_in_training_and_then_as_before(before):
    task = Flushed(3, keys=3)
    torch.set_flush_denormal(before)
    try:
        quick(small_model(), task, steps=1)
        assert task.noted.pop()
        assert subnormals_are_flushed() == before
        with pytest.raises(StopIteration):
            quick(small_model(), Scored(()), steps=1)
        assert subnormals_are_flushed() == before
    finally:
        torch.set_flush_denormal(False)


def test_each_module_is_in_the_mode_it_was_in():
    model = with_dropout()
    model.eval()
    model.answer.train()
    twin = with_dropout()
    assert_same_run(quick(model), quick(twin), model, twin)
    modes = [module.training for module in (model, model.layer, model.answer)]
    assert modes == [False, False, True]
    assert all(module.training for module in twin.modules())


def test_threads_and_gradients_are_left_as_they_were():
    threads = torch.get_num_threads()
    model = small_model()
    with torch.no_grad():
        quick(model)  # it learns all the same
        assert not torch.is_grad_enabled()
    assert torch.get_num_threads() == threads
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.parametrize("handler", [signal.SIG_IGN, lambda *_: None])
def test_an_interruption_goes_to_whoever_handles_it(handler):
    def press(*_):
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, handler)
    hook = register_optimizer_step_pre_hook(press)
    try:
        assert quick(small_model()).steps == 12
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        hook.remove()
        signal.signal(signal.SIGINT, before)


# Devices


def test_the_batches_follow_the_model_to_its_device_and_precision():
    class Seen(Exception):
        pass

    def see(module, arguments):
        raise Seen(arguments[0].device.type, arguments[0].dtype)

    for task, dtype in ((TASK, torch.long), (Adding(6), torch.float64)):
        model = small_model(task).to(device="meta", dtype=torch.float64)
        model.register_forward_pre_hook(see)
        with pytest.raises(Seen) as caught:
            quick(model, task)
        assert caught.value.args == ("meta", dtype)


def test_another_default_device_does_not_disturb_a_model_on_the_processor():
    model, twin = small_model(), small_model()
    whole = quick(model)
    with torch.device("meta"):
        history = quick(twin)
    assert_same_run(history, whole, twin, model)


def test_where_adam_has_no_fused_form_the_ordinary_one_is_taken(monkeypatch):
    adam = torch.optim.Adam

    def without_fused(parameters, lr, fused=False):
        if fused:
            raise RuntimeError("`fused=True` requires all the params to be floating point Tensors")
        return adam(parameters, lr=lr)

    model, twin = small_model(), small_model()
    history = quick(model)
    monkeypatch.setattr(torch.optim, "Adam", without_fused)
    np.testing.assert_allclose(quick(twin).loss, history.loss, rtol=1e-4)


def test_what_is_not_to_be_trained_is_not():
    model = small_model()
    model.embedding.requires_grad_(False)
    before = model.embedding.weight.clone()
    norm = quick(model).gradient_norm
    assert torch.equal(model.embedding.weight, before) and (norm > 0).all()


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

    answers = TASK.answers

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

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # some shells ignore it
    hook = register_optimizer_step_pre_hook(press)
    try:
        first = quick(twin, steps=20, checkpoint=file)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        hook.remove()
        signal.signal(signal.SIGINT, before)
    assert first.steps == 8
    assert_same_run(quick(twin, steps=20, checkpoint=file), whole, twin, model)


def test_it_trains_in_a_thread_too():
    histories = []
    thread = threading.Thread(target=lambda: histories.append(quick(small_model())))
    thread.start()
    thread.join()
    assert histories[0].steps == 12


@pytest.mark.parametrize("where", ["batch", "loss"])
def test_with_dropout_too_an_interrupted_run_ends_as_if_it_had_never_stopped(where, tmp_path):
    file = tmp_path / "run.pt"
    model = with_dropout()
    whole = quick(model, Interrupted(3, keys=3), steps=20)
    first = with_dropout()
    quick(first, Interrupted(3, keys=3).press(where, 8), steps=20, checkpoint=file)
    taken_up = with_dropout(seed=99)
    before = torch.get_rng_state()
    history = quick(taken_up, Interrupted(3, keys=3), steps=20, checkpoint=file)
    assert_same_run(history, whole, taken_up, model)
    assert torch.equal(torch.get_rng_state(), before)


class Averaging(nn.Module):
    """A model that keeps an average of what it answers, and subtracts it."""

    def __init__(self):
        super().__init__()
        self.model = small_model()
        self.register_buffer("average", torch.zeros(TASK.answers))

    def forward(self, inputs):
        outputs = self.model(inputs)
        self.average.mul_(0.9).add_(0.1 * outputs.detach().mean((0, 1)))
        return outputs - self.average


def test_what_a_model_notes_in_an_interrupted_step_is_undone(tmp_path):
    file = tmp_path / "run.pt"
    model, twin = Averaging(), Averaging()
    whole = quick(model, Interrupted(3, keys=3), steps=20)
    quick(twin, Interrupted(3, keys=3).press("loss", 8), steps=20, checkpoint=file)
    taken_up = Averaging()
    history = quick(taken_up, Interrupted(3, keys=3), steps=20, checkpoint=file)
    assert_same_run(history, whole, taken_up, model)
    assert torch.equal(taken_up.average, model.average)


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
    monkeypatch.setattr(checkpoint, "STORE_EVERY", 0)
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


def test_a_checkpoint_of_another_precision_is_refused(tmp_path):
    file = tmp_path / "run.pt"
    quick(small_model(), checkpoint=file)
    with refused(
        ValueError,
        f"{file} is of a run with weight embedding.weight (12, 4) torch.float32, and this is "
        "(12, 4) torch.float64; choose another file, or delete this one",
    ):
        quick(small_model().double(), checkpoint=file)


def test_a_checkpoint_of_another_shape_is_refused_though_the_model_describes_itself_alike(tmp_path):
    class Bare(nn.Module):
        def __init__(self, size):
            super().__init__()
            self.scores = nn.Parameter(torch.zeros(size))

        def forward(self, inputs):
            return self.scores.sum() * torch.ones(*inputs.shape, TASK.answers)

    file = tmp_path / "run.pt"
    quick(Bare(2), checkpoint=file)
    with refused(
        ValueError,
        f"{file} is of a run with weight scores (2,) torch.float32, and this is "
        "(3,) torch.float32; choose another file, or delete this one",
    ):
        quick(Bare(3), checkpoint=file)


@pytest.mark.parametrize("version", [None, 99])
def test_a_checkpoint_of_another_version_is_refused_and_kept(version, tmp_path):
    file = tmp_path / "run.pt"
    quick(small_model(), checkpoint=file)
    stored = torch.load(file, weights_only=True) | {"version": version}
    if version is None:  # as the first version was
        del stored["version"]
    torch.save(stored, file)
    content = file.read_bytes()
    with refused(
        ValueError,
        f"{file} is a checkpoint of version {version or 1}, and this library reads version 2; "
        "choose another file, or delete this one",
    ):
        quick(small_model(), checkpoint=file)
    assert file.read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"not a checkpoint"])
def test_a_file_that_is_no_checkpoint_is_refused_and_kept(content, tmp_path):
    file = tmp_path / "run.pt"
    file.write_bytes(content)
    with refused(ValueError, f"{file} is not a checkpoint of a training run"):
        quick(small_model(), checkpoint=file)
    assert file.read_bytes() == content


def test_the_weights_of_a_model_alone_are_no_checkpoint(tmp_path):
    file = tmp_path / "model.pt"
    torch.save(small_model().state_dict(), file)
    with refused(ValueError, f"{file} is not a checkpoint of a training run"):
        quick(small_model(), checkpoint=file)


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
        "the loss is inf at update 1: take a smaller lr, or clip the gradient to a smaller norm"
    )
    with refused(FloatingPointError, sentence):
        quick(model, Exploding(3, keys=3))
    assert_same_weights(model, twin)


class Answering(nn.Module):
    """A model that answers as it is told."""

    def __init__(self, answer):
        super().__init__()
        self.model, self.answer = small_model(), answer

    def forward(self, inputs):
        return self.answer(self.model(inputs))


def on_two_devices():
    model = small_model()
    model.answer.to("meta")
    return model


NOT_TRAINABLE = [
    (
        lambda: fit(small_model().requires_grad_(False), TASK, 1),
        "the model has no trainable parameters: there is nothing to train",
    ),
    (
        lambda: fit(on_two_devices(), TASK, 1),
        'the model\'s parameters are on cpu and meta; bring them to one device: model.to("cpu")',
    ),
    (
        lambda: fit(small_model(), Recall(3, keys=8), 1),
        "the model was made for a task with tokens=12, and Recall(gap=3, keys=8, fillers=8) has "
        "tokens=17; make a SequenceModel for this one",
    ),
    (
        lambda: fit(small_model(Adding(5)), TASK, 1),
        "the model was made for a task with tokens=None, and Recall(gap=3, keys=3, fillers=8) has "
        "tokens=12; make a SequenceModel for this one",
    ),
    (
        lambda: fit(Answering(lambda y: (y, None)), TASK, 1, batch_size=4),
        "the model's answer is a tuple, and Recall(gap=3, keys=3, fillers=8) asks for a tensor "
        "(5, 4, 3): (seq_len, batch_size, answers)",
    ),
    (
        lambda: fit(Answering(lambda y: y[-1]), TASK, 1, batch_size=4),
        "the model's answer is (4, 3), and Recall(gap=3, keys=3, fillers=8) asks for a tensor "
        "(5, 4, 3): (seq_len, batch_size, answers)",
    ),
    (
        lambda: fit(Answering(lambda y: y.detach()), TASK, 1),
        "the model's answer does not depend on its trainable parameters: is it detached?",
    ),
]


@pytest.mark.parametrize("train, sentence", NOT_TRAINABLE, ids=[s for _, s in NOT_TRAINABLE])
def test_what_cannot_be_trained_is_refused_with_a_sentence(train, sentence):
    with refused(ValueError, sentence):
        train()


TASKS_ARE = "give one of lstm_lib.training.tasks, such as Recall(gap=30), or a Corpus"
LAYERS_ARE = (
    "give torch.nn.RNN, LSTM or GRU, or one of lstm_lib.layers: a cell becomes one in "
    "Recurrent(cell)"
)
NO_SUCH_KIND = [
    (lambda: fit(small_model(), "abc", 1), f"task is of type str; {TASKS_ARE}"),
    (lambda: fit(small_model(), Recall, 1), f"task is Recall; {TASKS_ARE}"),
    (lambda: SequenceModel(nn.LSTM(16, 8), "abc"), f"task is of type str; {TASKS_ARE}"),
    (
        lambda: fit(LSTMCell(2, 3), Adding(5), 1),
        "model is of type LSTMCell; give a torch.nn.Module: SequenceModel(layer, task)",
    ),
    (
        lambda: fit(nn.LSTM(2, 3), Adding(5), 1),
        "model is a layer, nn.LSTM, which does not answer by itself: SequenceModel(layer, task)",
    ),
    (lambda: SequenceModel(LSTMCell(16, 8), TASK), f"layer is of type LSTMCell; {LAYERS_ARE}"),
    (lambda: SequenceModel(nn.LSTM, TASK), f"layer is LSTM; {LAYERS_ARE}"),
    (lambda: SequenceModel(nn.Linear(16, 8), TASK), f"layer is of type Linear; {LAYERS_ARE}"),
]


@pytest.mark.parametrize("make, sentence", NO_SUCH_KIND, ids=[s for _, s in NO_SUCH_KIND])
def test_what_is_no_model_layer_or_task_is_refused_with_a_sentence(make, sentence):
    with refused(TypeError, sentence):
        make()


def test_what_goes_wrong_inside_a_model_says_what_it_was_reading():
    with pytest.raises(RuntimeError) as caught:
        quick(nn.Sequential(nn.Linear(7, 1)), Adding(5))
    assert caught.value.__notes__ == [
        "The model was reading Adding(length=5): inputs (5, 4, 2), torch.float32."
    ]


# A text


@pytest.mark.parametrize("precision", [torch.float32, torch.float64])
def test_a_text_is_learned_like_any_task(precision):
    corpus = Corpus("the cat sat on the mat. " * 20, seq_len=12)
    torch.manual_seed(0)
    model = SequenceModel(nn.LSTM(4, 16, dtype=precision), corpus, embedding=4)
    history = quick(model, corpus, steps=80, batch_size=16, lr=2e-2)
    assert history.score[0] == pytest.approx(history.loss[0] / math.log(2), rel=1e-6)
    assert history.score[-10:].mean() < corpus.baseline < history.score[0]


def test_a_run_on_a_text_is_taken_up_on_the_same_text_only(tmp_path):
    file = tmp_path / "run.pt"
    text = "the cat sat on the mat. "

    def run(text, steps):
        corpus = Corpus(text, seq_len=8)
        return quick(small_model(corpus), corpus, steps, checkpoint=file)

    run(text, 5)
    assert run(text, 10).steps == 10
    with pytest.raises(ValueError, match="is of a run with task Corpus"):
        run(text[::-1], 10)


# On a GPU


def in_float64(layer=nn.LSTM, **settings):
    torch.manual_seed(0)
    layer = layer(4, 8) if layer is nn.LSTM else layer(LSTMCell(4, 8), **settings)
    return SequenceModel(layer, TASK, embedding=4).double()


@needs_a_gpu
@pytest.mark.parametrize("cuda_graph", [False, True])
def test_on_a_gpu_it_learns_what_it_learns_on_the_processor(cuda_graph):
    expected = quick(in_float64(Recurrent), steps=50)
    found = quick(in_float64(Recurrent, cuda_graph=cuda_graph).cuda(), steps=50)
    np.testing.assert_allclose(found.loss, expected.loss, rtol=1e-9)
    np.testing.assert_allclose(found.gradient_norm, expected.gradient_norm, rtol=1e-8)


@needs_a_gpu
@pytest.mark.parametrize("task", [Adding(5), Corpus("to be, or not to be: " * 20, seq_len=6)])
def test_other_tasks_follow_the_model_to_the_gpu(task):
    layer = nn.LSTM(4 if task.tokens else task.features, 8)
    history = quick(SequenceModel(layer, task, embedding=4).cuda(), task)
    assert history.steps == 12 and np.isfinite(history.loss).all()


@needs_a_gpu
@pytest.mark.parametrize("where", ["batch", "loss"])
@pytest.mark.parametrize("cudnn", [True, False])
def test_on_a_gpu_an_interrupted_run_ends_as_if_it_had_never_stopped(cudnn, where, tmp_path):
    file = tmp_path / "run.pt"
    with torch.backends.cudnn.flags(enabled=cudnn):
        whole = quick(with_dropout().cuda(), Interrupted(3, keys=3), steps=20)
        torch.cuda.manual_seed(1)  # whatever was drawn before
        first = with_dropout().cuda()
        quick(first, Interrupted(3, keys=3).press(where, 8), steps=20, checkpoint=file)
        taken_up = with_dropout(seed=99).cuda()
        before = torch.cuda.get_rng_state()
        history = quick(taken_up, Interrupted(3, keys=3), steps=20, checkpoint=file)
        assert torch.equal(torch.cuda.get_rng_state(), before)
    np.testing.assert_allclose(history.loss, whole.loss, rtol=1e-4)
    assert len(set(whole.loss.round(6))) > 15
    assert all(weight.is_cuda for weight in taken_up.parameters())


@needs_a_gpu
def test_a_run_begun_on_a_gpu_goes_on_without_one(tmp_path):
    file = tmp_path / "run.pt"
    whole = quick(in_float64(), steps=12)
    quick(in_float64().cuda(), steps=6, checkpoint=file)
    history = quick(in_float64(), steps=12, checkpoint=file)
    np.testing.assert_allclose(history.loss, whole.loss, rtol=1e-9)
