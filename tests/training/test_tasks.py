"""Each task asks for what only a memory knows, and its baseline is what others score."""

import itertools
import math
import re
from collections import Counter, defaultdict

import pytest
import torch
from precision import default_dtype
from refusal import refused

from lstm_lib.training.tasks import (
    Adding,
    Agreement,
    ContinualReber,
    Copy,
    Counting,
    Recall,
    Sine,
    Task,
    TemporalOrder,
    Timing,
    Waveform,
)

TASKS = [
    Recall(5),
    Recall(20, keys=3, fillers=1),
    Adding(3),
    Adding(50),
    Counting(),
    Counting(9, least=4),
    Copy(7),
    Copy(1, length=2, symbols=3),
    TemporalOrder(10),
    TemporalOrder(),
    Sine(40),
    Timing(5, length=20),
    Timing(2, length=4),
    ContinualReber(60),
    Agreement(30),
    Agreement(30, distractors=0),
    Agreement(60, distractors=4),
]
every_task = pytest.mark.parametrize("task", TASKS, ids=str)


def draw(task, size=64, seed=0):
    return task.batch(size, torch.Generator().manual_seed(seed))


def perfect(task, batch):
    """Outputs of somebody who knows the answers."""
    if batch.targets.is_floating_point():
        return batch.targets.clone()
    return 1000 * torch.nn.functional.one_hot(batch.targets, task.answers).float()


# A batch


@every_task
def test_a_batch_has_the_shapes_and_kinds_that_a_network_is_made_for(task):
    inputs, targets, asked = draw(task, size=3)
    assert inputs.shape[:2] == targets.shape[:2] == asked.shape
    assert asked.shape[1] == 3 and asked.dtype == torch.bool
    if task.tokens is None:
        assert inputs.dtype == torch.float32 and inputs.shape[2:] == (task.features,)
    else:
        assert inputs.dtype == torch.int64 and task.features is None and inputs.ndim == 2
        assert inputs.min() >= 0 and inputs.max() < task.tokens
    if targets.dtype == torch.float32:
        assert targets.shape[2:] == (task.answers,)
    else:
        assert targets.dtype == torch.int64 and targets.ndim == 2
        assert targets.min() >= 0 and targets.max() < task.answers


@every_task
def test_every_token_and_every_answer_occurs(task):
    inputs, targets, asked = draw(task, size=500)
    if task.tokens is not None and task != Agreement(30, distractors=0):  # without near, with …
        assert len(inputs.unique()) == task.tokens
    if targets.dtype == torch.int64 and not isinstance(task, (Agreement, ContinualReber)):
        assert len(targets[asked].unique()) == task.answers


@every_task
def test_the_same_seed_draws_the_same_examples_and_another_others(task):
    one, same, other = (draw(task, seed=seed) for seed in (7, 7, 8))
    assert all(torch.equal(a, b) for a, b in zip(one, same, strict=True))
    assert not torch.equal(one.inputs, other.inputs)


@pytest.mark.parametrize("task", [*TASKS, Waveform(20)], ids=str)
def test_in_float64_the_examples_are_the_same_and_their_numbers_are_float64(task):
    single = draw(task)
    with default_dtype(torch.float64):
        double = draw(task)
    for one, other in zip(single, double, strict=True):
        if one.is_floating_point():
            assert one.dtype == torch.float32 and other.dtype == torch.float64
            torch.testing.assert_close(one.double(), other, rtol=0, atol=1e-4)
        else:
            assert torch.equal(one, other)


@every_task
def test_the_loss_follows_the_dtype_of_the_outputs(task):
    batch = draw(task)
    outputs = torch.randn(*batch.asked.shape, task.answers, dtype=torch.float64)
    outputs.requires_grad_()
    loss = task.loss(outputs, batch)
    loss.backward()
    assert loss.dtype == torch.float64 and outputs.grad.dtype == torch.float64


def test_a_batch_moves_its_numbers_to_a_device_and_only_real_ones_to_a_dtype():
    moved = draw(Recall(5)).to(device="meta", dtype=torch.float64)
    assert {part.device.type for part in moved} == {"meta"}
    assert [part.dtype for part in moved] == [torch.long, torch.long, torch.bool]
    assert draw(Adding(5)).to(dtype=torch.float64).targets.dtype == torch.float64


@every_task
def test_a_generator_goes_on_to_new_examples(task):
    generator = torch.Generator().manual_seed(0)
    first, second = task.batch(64, generator), task.batch(64, generator)
    assert not torch.equal(first.inputs, second.inputs)


@every_task
def test_examples_of_a_batch_differ(task):
    inputs = draw(task).inputs
    assert any(not torch.equal(inputs[:, 0], inputs[:, k]) for k in range(1, 64))


# Loss and score


@every_task
def test_who_knows_the_answers_has_no_loss_and_the_best_score(task):
    batch = draw(task)
    outputs = perfect(task, batch)
    assert task.loss(outputs, batch).item() == pytest.approx(0, abs=1e-6)
    best = 1 if task.higher_is_better else 0
    assert task.score(outputs, batch).item() == pytest.approx(best, abs=1e-6)


@every_task
def test_the_score_counts_only_where_an_answer_is_asked(task):
    batch = draw(task)
    outputs = perfect(task, batch)
    outputs[~batch.asked] = torch.randn_like(outputs)[~batch.asked]
    best = 1 if task.higher_is_better else 0
    assert task.score(outputs, batch).item() == pytest.approx(best, abs=1e-6)
    outputs[batch.asked] = -perfect(task, batch)[batch.asked] - 1
    worst = task.score(outputs, batch)
    assert worst < 0.5 if task.higher_is_better else worst > task.baseline


@pytest.mark.parametrize("task", [Recall(5), TemporalOrder(), Adding(20), Sine(20)], ids=str)
def test_the_loss_counts_only_where_an_answer_is_asked(task):
    batch = draw(task)
    outputs = perfect(task, batch)
    outputs[~batch.asked] = 3 - 2 * outputs[~batch.asked]  # wrong wherever it does not count
    assert task.loss(outputs, batch).item() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("task", [ContinualReber(60), Agreement(60)], ids=str)
def test_a_language_model_learns_from_every_symbol(task):
    batch = draw(task)
    nothing = torch.zeros(*batch.targets.shape, task.answers)
    assert task.loss(nothing, batch).item() == pytest.approx(math.log(task.answers), rel=1e-5)
    outputs = perfect(task, batch)
    outputs[~batch.asked] = 0
    share = (~batch.asked).float().mean().item()
    expected = share * math.log(task.answers)
    assert task.loss(outputs, batch).item() == pytest.approx(expected, rel=1e-5)


# The baseline: what the best guesser without a memory scores, found by counting


def best_guess_of_a_choice(task, seen, batch):
    """The likelier answer after each thing ``seen``, a tensor shaped like ``asked``, among the
    answers asked for; its accuracy."""
    seen, targets = seen[batch.asked].tolist(), batch.targets[batch.asked].tolist()
    after = defaultdict(Counter)
    for one, target in zip(seen, targets, strict=True):
        after[one][target] += 1
    return sum(max(counts.values()) for counts in after.values()) / len(seen)


@pytest.mark.parametrize(
    "task",
    [Recall(5), Recall(20, keys=3), TemporalOrder(), ContinualReber(100)],
    ids=str,
)
def test_the_baseline_of_a_choice_is_the_best_guess_from_the_last_token(task):
    batch = draw(task, size=40_000 if task.tokens != 7 else 4_000)
    guess = best_guess_of_a_choice(task, batch.inputs, batch)
    assert guess == pytest.approx(task.baseline, abs=0.012)


def last_symbols(inputs, count):
    """The last ``count`` symbols at each step as one number."""
    seen = torch.zeros_like(inputs)
    for back in range(count):
        seen[back:] += inputs[: len(inputs) - back] * 7**back
    return seen


def test_the_last_five_symbols_of_a_reber_string_do_not_help():
    task = ContinualReber(100)
    batch = draw(task, size=8_000)
    batch = batch._replace(asked=batch.asked & (torch.arange(100)[:, None] > 10))
    guess = best_guess_of_a_choice(task, last_symbols(batch.inputs, 5), batch)
    assert guess == pytest.approx(task.baseline, abs=0.012)


@pytest.mark.parametrize("distractors", [0, 1, 2, 5])
def test_the_baseline_of_agreement_is_the_best_guess_of_a_form_from_the_last_word(distractors):
    task = Agreement(200, distractors)
    batch = draw(task, size=2_000)
    # Which form it is, whichever verb it is a form of.
    form = torch.full((task.tokens,), -1)
    for word, number in VERB_FORM.items():
        form[task.encode(word)] = number
    for k, pronoun in enumerate(("he", "she", "they")):
        form[task.encode(pronoun)] = 2 + k
    batch = batch._replace(targets=form[batch.targets])
    assert (batch.targets[batch.asked] >= 0).all()
    guess = best_guess_of_a_choice(task, batch.inputs, batch)
    assert guess == pytest.approx(task.baseline, abs=0.006)


@pytest.mark.parametrize("length", [3, 4, 50])
def test_the_baseline_of_adding_is_the_error_of_the_best_line_through_the_last_step(length):
    task = Adding(length)
    batch = draw(task, size=40_000)
    seen = torch.cat([batch.inputs[-1], torch.ones(40_000, 1)], 1)  # number, mark, 1
    fitted = torch.linalg.pinv(seen) @ batch.targets[-1]
    error = ((seen @ fitted - batch.targets[-1]) ** 2).mean().item()
    assert error == pytest.approx(task.baseline, rel=0.03)
    assert task.baseline == pytest.approx(1 / 6)


@pytest.mark.parametrize(
    "task", [Copy(7), Copy(20, length=3, symbols=4), Copy(100, length=10)], ids=str
)
def test_the_baseline_of_copy_is_what_is_left_to_a_clock(task):
    batch = draw(task, size=2_000)
    outputs = torch.full((*batch.targets.shape, task.answers), -1000.0)
    outputs[: -task.length, :, task.symbols] = 0
    outputs[-task.length :, :, : task.symbols] = 0
    assert task.score(outputs, batch).item() == pytest.approx(task.baseline, rel=1e-4)


def test_the_baseline_of_copy_is_that_of_the_paper():
    assert Copy(100).baseline == pytest.approx(10 * math.log(8) / 120)


@pytest.mark.parametrize("task", [Counting(5), Counting(9, least=4)], ids=str)
def test_the_baseline_of_counting_is_to_stop_after_the_same_number_every_time(task):
    inputs = draw(task, size=20_000).inputs
    numbers = Counter((inputs == 0).sum(0).tolist())
    assert max(numbers.values()) / 20_000 == pytest.approx(task.baseline, abs=0.012)


@pytest.mark.parametrize("task", [Sine(40), Sine(10, shortest=3, longest=7)], ids=str)
def test_the_baseline_of_sine_is_the_error_of_the_best_guess_from_the_last_value(task):
    batch = draw(task, size=20_000)
    seen, targets = batch.inputs[batch.asked].flatten(), batch.targets[batch.asked].flatten()
    bins = ((seen + 1) / 2 * 200).long().clamp(0, 199)
    count = torch.bincount(bins, minlength=200)
    means = torch.bincount(bins, targets, minlength=200) / count
    error = ((targets - means[bins]) ** 2).mean().item()
    assert error == pytest.approx(task.baseline, rel=0.03)


def test_the_baseline_of_timing_is_what_two_answers_one_for_each_input_get_right():
    task = Timing(3, length=10)
    batch = draw(task)
    answers = itertools.product((0, 1), repeat=2)  # after silence, after the signal
    scores = []
    for silence, signal in answers:
        said = torch.where(batch.inputs[..., 0] == 1, signal, silence)
        outputs = torch.nn.functional.one_hot(said, 2).float()
        scores.append(task.score(outputs, batch).item())
    assert max(scores) == task.baseline == 0


# What each world is like


def test_recall_asks_at_the_last_step_for_the_key_of_the_first():
    task = Recall(gap=6, keys=4, fillers=3)
    inputs, targets, asked = draw(task)
    assert inputs.shape == (8, 64)
    assert torch.equal(targets[-1], inputs[0])
    assert asked[-1].all() and not asked[:-1].any()
    assert (inputs[0] < 4).all() and (inputs[-1] == 7).all()
    assert ((inputs[1:-1] >= 4) & (inputs[1:-1] < 7)).all()


@pytest.mark.parametrize("length", [3, 10, 11])
def test_adding_asks_for_the_sum_of_the_two_marked_one_in_each_half(length):
    inputs, targets, asked = draw(Adding(length), size=500)
    numbers, marks = inputs.unbind(-1)
    assert ((numbers >= 0) & (numbers < 1)).all()
    assert ((marks == 0) | (marks == 1)).all()
    half = length // 2
    assert (marks[:half].sum(0) == 1).all() and (marks[half:].sum(0) == 1).all()
    assert marks[:-1].any(1).all() and not marks[-1].any()
    torch.testing.assert_close(targets[-1, :, 0], (numbers * marks).sum(0))
    assert asked[-1].all() and not asked[:-1].any()


def test_counting_asks_at_each_b_whether_it_is_the_last():
    inputs, targets, asked = Counting(4).strings(torch.tensor([1, 3, 4]))
    written = ["".join("ab "[symbol] for symbol in string) for string in inputs.T.tolist()]
    assert written == ["ab      ", "aaabbb  ", "aaaabbbb"]
    assert torch.equal(asked, inputs == 1)
    assert targets.nonzero().tolist() == [[1, 0], [5, 1], [7, 2]]


def test_a_single_mistake_makes_a_count_wrong():
    task = Counting(6)
    batch = draw(task, size=40)
    outputs = perfect(task, batch)
    last = outputs.argmax(-1).argmax(0)
    outputs[last[:10], torch.arange(10)] *= -1
    assert task.score(outputs, batch).item() == pytest.approx(3 / 4)


def test_copy_repeats_the_list_after_the_signal():
    inputs, targets, asked = draw(Copy(delay=4, length=3, symbols=5), size=2)
    blank, signal = 5, 6
    assert inputs.shape == (10, 2) and asked.all()
    assert torch.equal(targets[-3:], inputs[:3])
    assert (targets[:-3] == blank).all()
    assert inputs[3:, 0].tolist() == [blank] * 3 + [signal] + [blank] * 3


def test_temporal_order_asks_for_the_two_rare_symbols_in_their_order():
    inputs, targets, asked = draw(TemporalOrder(100), size=2000)
    words = ["".join("abcdXYBE"[k] for k in sequence) for sequence in inputs.T]
    for word, answer in zip(words, targets[-1].tolist(), strict=True):
        assert re.fullmatch(r"B[abcd]*[XY][abcd]*[XY][abcd]*E", word)
        assert re.sub("[^XY]", "", word) == ("XX", "XY", "YX", "YY")[answer]
    early, late = zip(*([m.start() for m in re.finditer("[XY]", word)] for word in words), strict=1)
    assert (min(early), max(early), min(late), max(late)) == (10, 20, 50, 60)
    assert asked[-1].all() and not asked[:-1].any()


def test_three_values_determine_the_next_of_a_sine():
    inputs, targets, asked = draw(Sine(30))
    x = torch.cat([inputs, targets[-1:]])[..., 0].double()
    torch.testing.assert_close(inputs[1:], targets[:-1], rtol=0, atol=0)
    assert asked[2:].all() and not asked[:2].any()
    # x[t+1] + x[t-1] = 2 cos(w) x[t], where three values give the cosine.
    cosine = (x[2:-1] + x[:-3]) / (2 * x[1:-2])
    predicted = 2 * cosine * x[2:-1] - x[1:-2]
    safe = x[1:-2].abs() > 0.2
    torch.testing.assert_close(predicted[safe], x[3:][safe], rtol=0, atol=1e-4)


def test_a_sines_periods_are_between_the_shortest_and_the_longest():
    task = Sine(200, shortest=10, longest=50)
    values = draw(task, size=300).inputs[..., 0]
    crossings = ((values[:-1] < 0) & (values[1:] >= 0)).sum(0)
    assert crossings.min() in (3, 4, 5) and crossings.max() in (19, 20)


@pytest.mark.parametrize(("interval", "length"), [(2, 4), (5, 20), (7, 30)])
def test_timing_beats_at_every_interval_after_the_signal_and_not_before(interval, length):
    inputs, targets, asked = draw(Timing(interval, length), size=200)
    assert asked.all() and (inputs.sum(0) == 1).all()
    signals = inputs[..., 0].argmax(0).tolist()
    assert set(signals) == set(range(interval))
    for signal, beats in zip(signals, targets.T, strict=True):
        assert beats.nonzero().flatten().tolist() == list(
            range(signal + interval, length, interval)
        )
        assert beats.any()


def test_a_beat_one_step_late_makes_the_whole_sequence_wrong():
    task = Timing(5, length=20)
    batch = draw(task, size=4)
    late = batch.targets.clone()
    late[:, 0] = late[:, 0].roll(1)
    outputs = torch.nn.functional.one_hot(late, 2).float()
    assert task.score(outputs, batch).item() == 0.75


# A melody


def test_a_waveform_is_the_same_in_every_example_and_nothing_is_read():
    task = Waveform(50)
    inputs, targets, asked = draw(task, size=3)
    assert inputs.shape == targets.shape == (50, 3, 1) and asked.all()
    assert inputs.dtype == targets.dtype == torch.float32
    assert (inputs == 0).all()
    assert (targets == task.curve[:, None, None]).all()
    assert task.score(targets, draw(task, size=3, seed=9)) == 0


def test_always_saying_the_mean_costs_the_baseline():
    for seed in range(5):
        task = Waveform(160, seed=seed)
        batch = draw(task, size=1)
        assert task.curve.mean().item() == pytest.approx(0, abs=1e-6)
        score = task.score(torch.zeros_like(batch.targets), batch).item()
        assert score == pytest.approx(task.baseline, abs=1e-5)


def test_each_seed_is_another_waveform():
    curves = {tuple(Waveform(40, seed=seed).curve.tolist()) for seed in (0, 1, 2, 0)}
    assert len(curves) == 3


def test_a_waveform_has_the_periods_that_it_names():
    task = Waveform(1024, waves=4, seed=3)
    assert len(task.periods) == 4 and (task.periods[:-1] <= task.periods[1:]).all()
    many = Waveform(1024, waves=1000).periods
    assert 4 <= many[0] < 4.1 and 1000 < many[-1] <= 1024
    assert many[500].item() == pytest.approx(64, rel=0.2)  # half of the factors of 2
    time = torch.arange(1024.0, dtype=torch.float64)
    angle = 2 * torch.pi * time / task.periods[:, None]
    waves = torch.cat([angle.sin(), angle.cos(), torch.ones(1, 1024)]).T
    fitted = torch.linalg.lstsq(waves, task.curve.double()[:, None])
    left = waves @ fitted.solution - task.curve.double()[:, None]
    assert left.abs().max() < 1e-3


def is_reber(word):
    """Walk the diagram of the grammar, written again as sets of words."""
    ways = {0: "B1", 1: "T2P3", 2: "S2X4", 3: "T3V5", 4: "X3S6", 5: "P4V6", 6: "E7"}
    state = 0
    for symbol in word:
        if state == 7 or symbol not in ways[state][::2]:
            return False
        state = int(ways[state][ways[state].index(symbol) + 1])
    return state == 7


def test_the_reber_stream_is_strings_that_end_as_they_began():
    task = ContinualReber(200)
    inputs, targets, asked = draw(task)
    for k in range(64):
        stream = "".join(task.symbols[s] for s in inputs[:, k])
        strings = re.findall(r"B[TP]B[^B]*E[TP]E", stream)
        assert stream.startswith("".join(strings)) and len(strings) > 5
        for string in strings:
            assert string[1] == string[-2] and is_reber(string[2:-2])
        ends = set(itertools.accumulate(len(s) for s in strings))
        expected = {end - 3 for end in ends}  # what is said there is the symbol before the last
        found = set(asked[:, k].nonzero().flatten().tolist())
        assert expected <= found and all(at > max(ends) - 3 for at in found - expected)
    assert torch.equal(inputs[1:], targets[:-1])


def test_the_reber_grammar_makes_every_short_string():
    task = ContinualReber(100)
    streams = ("".join(task.symbols[s] for s in x) for x in draw(task, size=2000).inputs.T)
    inner = {word for stream in streams for word in re.findall(r"(?:T|P)(B[^B]*E)[TP]E", stream)}
    short = {w for n in range(3, 6) for w in map("".join, itertools.product("TPSXV", repeat=n))}
    assert {w for w in inner if len(w) <= 7} == {f"B{w}E" for w in short if is_reber(f"B{w}E")}


VERBS = ("run", "sing", "sleep", "laugh")
GENDER = {"boy": "he", "man": "he", "king": "he", "uncle": "he"} | {
    "girl": "she",
    "woman": "she",
    "queen": "she",
    "aunt": "she",
}
SINGULAR = {noun + "s": noun for noun in GENDER} | {"men": "man", "women": "woman"}
VERB_FORM = {verb + s: plural for verb in VERBS for plural, s in enumerate(("s", ""))}
SENTENCE = re.compile(r"the (\w+)((?: (?:near|behind|beside|with) the \w+)*) (\w+) and (\w+) (\w+)")


def sentences(task, text):
    return [s.strip() for s in text.split(".")[:-1]]


@pytest.mark.parametrize("distractors", [0, 1, 3])
def test_verbs_and_pronouns_agree_with_the_subject_whatever_stands_between(distractors):
    task = Agreement(100, distractors)
    between = Counter()
    for stream in draw(task).inputs.T:
        for sentence in sentences(task, task.decode(stream)):
            subject, others, verb, pronoun, second = SENTENCE.fullmatch(sentence).groups()
            plural = subject in SINGULAR
            assert VERB_FORM[verb] == VERB_FORM[second] == plural
            assert pronoun == ("they" if plural else GENDER[subject])
            between[others.count(" the ")] += 1
    shares = [between[k] / between.total() for k in range(distractors + 1)]
    assert sum(shares) == 1
    assert shares == pytest.approx([1 / (distractors + 1)] * (distractors + 1), abs=0.06)


def test_distractors_have_a_number_and_a_gender_of_their_own():
    task = Agreement(100, 1)
    pairs = Counter()
    for stream in draw(task, size=300).inputs.T:
        for sentence in sentences(task, task.decode(stream)):
            nouns = re.findall(r"the (\w+)", sentence)
            kinds = [(GENDER[SINGULAR.get(n, n)], n in SINGULAR) for n in nouns]
            if len(kinds) == 2:
                pairs[tuple(kinds)] += 1
    assert len(pairs) == 16
    assert max(pairs.values()) / pairs.total() < 2 / 16 < 4 * min(pairs.values()) / pairs.total()


def test_agreement_asks_at_the_first_verb_and_the_pronoun():
    task = Agreement(40)
    inputs, targets, asked = draw(task)
    assert torch.equal(inputs[1:], targets[:-1])
    for k in range(64):
        words = task.decode(targets[:, k]).split()
        before = task.decode(inputs[:, k]).split()
        first_verbs = {
            t for t, w in enumerate(words) if w in VERB_FORM and before[t] not in GENDER_WORDS
        }
        pronouns = {t for t, w in enumerate(words) if w in GENDER_WORDS}
        assert set(asked[:, k].nonzero().flatten().tolist()) == first_verbs | pronouns


GENDER_WORDS = ("he", "she", "they")


def test_agreement_compares_the_forms_of_the_same_word_only():
    task = Agreement(60)
    batch = draw(task)
    outputs = perfect(task, batch)
    outputs[..., task.encode("the . near boys")] = 2000  # louder, but forms of other words
    assert task.score(outputs, batch) == 1
    (sings,), (sing,), (runs,) = (task.encode(word).tolist() for word in ("sings", "sing", "runs"))
    one = batch._replace(
        inputs=batch.inputs[:1, :1],
        targets=torch.tensor([[sings]]),
        asked=torch.tensor([[True]]),
    )
    outputs = torch.zeros(1, 1, task.answers)
    outputs[0, 0, sings], outputs[0, 0, sing], outputs[0, 0, runs] = 1, 0.5, 7
    assert task.score(outputs, one) == 1
    outputs[0, 0, sing] = 2
    assert task.score(outputs, one) == 0


def test_words_become_numbers_and_words_again():
    task = Agreement(20)
    text = "the girl near the kings sings and she laughs ."
    assert task.decode(task.encode(text)) == text
    assert task.encode("the").tolist() == [task.words.index("the")]
    assert len(set(task.words)) == len(task.words) == task.tokens


# Nonsense is refused


REFUSED = [
    (lambda: Recall(0), "gap is 0; it must be 1 or more"),
    (lambda: Recall(3, keys=1), "keys is 1; it must be 2 or more"),
    (lambda: Recall(3, fillers=0), "fillers is 0; it must be 1 or more"),
    (lambda: Recall(2.5), "gap is 2.5; it must be a whole number, 1 or more"),
    (lambda: Adding(2), "length is 2; it must be 3 or more"),
    (lambda: Counting(0), "most is 0; it must be 1 or more"),
    (lambda: Counting(5, least=0), "least is 0; it must be 1 or more"),
    (lambda: Counting(5, least=6), "least is 6, above most, 5"),
    (lambda: Copy(0), "delay is 0; it must be 1 or more"),
    (lambda: Copy(5, length=0), "length is 0; it must be 1 or more"),
    (lambda: Copy(5, symbols=1), "symbols is 1; it must be 2 or more"),
    (lambda: TemporalOrder(9), "length is 9; it must be 10 or more"),
    (lambda: Sine(2), "length is 2; it must be 3 or more"),
    (lambda: Timing(1, length=9), "interval is 1; it must be 2 or more"),
    (lambda: Timing(5, length=9), "length is 9; it must be 10 or more"),
    (
        lambda: Sine(20, shortest=2),
        "periods from 2 to 50 steps; shortest must be above 2, and longest above shortest",
    ),
    (
        lambda: Sine(20, shortest=9, longest=8),
        "periods from 9 to 8 steps; shortest must be above 2, and longest above shortest",
    ),
    (lambda: Waveform(7), "length is 7; it must be 8 or more"),
    (lambda: Waveform(20, waves=0), "waves is 0; it must be 1 or more"),
    (lambda: ContinualReber(9), "length is 9; it must be 10 or more"),
    (lambda: Agreement(6), "length is 6; it must be 7 or more"),
    (lambda: Agreement(20, -1), "distractors is -1; it must be 0 or more"),
    (lambda: Agreement(20, 1.5), "distractors is 1.5; it must be a whole number, 0 or more"),
]


@pytest.mark.parametrize("make, sentence", REFUSED, ids=[sentence for _, sentence in REFUSED])
def test_nonsense_is_refused_with_a_sentence(make, sentence):
    with refused(ValueError, sentence):
        make()


@pytest.mark.parametrize("task", [*TASKS, Waveform(20)], ids=str)
def test_a_batch_of_nothing_is_refused(task):
    with refused(ValueError, "size is 0; it must be 1 or more"):
        task.batch(0)


def test_an_unknown_word_is_answered_with_those_that_are_there():
    task = Agreement(20)
    with refused(ValueError, f"no word 'dog' here; there is {', '.join(map(repr, task.words))}"):
        task.encode("the dog sings")


def test_a_task_without_examples_says_what_to_write():
    with refused(NotImplementedError, "Task has no examples: write its draw"):
        Task().batch(3)
