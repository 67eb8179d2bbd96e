"""Units of trained networks are held, forced and put where the equations would not put them."""

import numpy as np
import pytest
import torch
from refusal import refused

from experiments import agreement, stored
from lstm_lib.training.tasks import Agreement

LSTM = "LSTM, forget bias 3"
WORDS = Agreement(40)


@pytest.fixture(scope="module")
def reading():
    """An LSTM that is hardly trained, and that reads."""
    model, _ = agreement.trained(LSTM, 1e-2, seed=1, steps=5)
    yield agreement.Reading(model, agreement.sentences(50, seed=1))
    torch.set_flush_denormal(False)


def test_the_file_was_made_with_the_settings_of_the_module():
    assert stored.read(agreement.FILE)["settings"] == agreement.SETTINGS


def test_every_network_was_trained_with_every_seed_and_every_unit_examined():
    runs, units = agreement.load(), agreement.SETTINGS["hidden"]
    seeds = len(agreement.SEEDS)
    assert set(runs["rates"]) == set(agreement.NETWORKS)
    assert set(runs["rates"].values()) <= set(agreement.SETTINGS["choice"]["rates"])
    for name in ("verbs", "attracted"):
        assert set(runs[name]) == set(agreement.NETWORKS)
        assert all(values.shape == (seeds,) for values in runs[name].values())
    for name, shape in {"held": (2,), "apart": (2,), "kept": (2,), "forced": (2,)}.items():
        assert runs[name].shape == (seeds, units, *shape)
    assert runs["once"].shape == runs["followed"].shape == (seeds, units)
    assert runs["means"].shape == (seeds, units, 2, agreement.VERB)


@pytest.mark.parametrize("network", agreement.NETWORKS)
def test_a_run_still_begins_as_is_stored(network):
    (before,) = (
        run
        for run in stored.results(agreement.FILE)["runs"]
        if (run["network"], run["seed"]) == (network, 3)
    )
    now = agreement.run(network, before["lr"], seed=3, steps=30)
    np.testing.assert_allclose(now["loss"], before["loss"][:3], rtol=1e-3)
    assert set(now) | {"network", "seed", "lr"} == set(before)


def test_the_sentences_have_one_shape_and_their_verbs_agree():
    texts = agreement.sentences(100)
    plural = texts % 2 == 0
    for words in texts.T:
        said = WORDS.decode(torch.tensor(words)).split()
        assert said[0] == said[3] == said[6] == said[13] == "the" and said[12] == "."
        assert said[agreement.PRONOUN] in ("he", "she", "they")
    for subject, verb in (
        (agreement.SUBJECT, agreement.VERB),
        (agreement.NEXT, agreement.VERB + 13),
    ):
        assert (plural[subject] == plural[verb]).all()
        assert 0.3 < (plural[subject] == plural[verb - 1]).mean() < 0.7  # the noun before


def test_reading_word_by_word_is_reading(reading):
    c = reading.run.states["c"]
    after = 3
    for unit in (0, 23):
        as_it_was = reading.answers(unit, c[after, :, unit], after=after)
        np.testing.assert_allclose(as_it_was, reading.answers(), rtol=0, atol=1e-10)


def test_a_unit_that_is_held_is_held_and_one_that_is_put_is_left_alone(reading):
    usual = reading.answers()
    held = reading.answers(2, 0.7, words=9)
    put = reading.answers(2, 0.7, after=3, words=9)
    assert held.shape == put.shape == (9, 50, WORDS.answers)
    np.testing.assert_allclose(put[:3], usual[:3], rtol=0, atol=1e-10)
    assert (abs(held[0] - usual[0]).max(-1) > 1e-6).all()
    assert (abs(put[3:] - usual[3:9]).max(-1) > 1e-9).all()
    assert not np.allclose(put[3:], held[3:])


def test_a_unit_that_is_held_at_each_word_at_a_value_of_its_own_follows_these(reading):
    c = reading.run.states["c"]
    as_it_was = reading.answers(2, c[..., 2])  # the value of each text, at each word
    np.testing.assert_allclose(as_it_was, reading.answers(), rtol=0, atol=1e-10)
    same = np.full((len(c), 1), 0.7)
    assert np.array_equal(reading.answers(2, same), reading.answers(2, 0.7))


def test_a_unit_follows_its_means_for_plural_subjects_up_to_the_verb(reading):
    found, plural = agreement.examined(reading), reading.is_plural[agreement.SUBJECT]
    c = reading.run.states["c"][: agreement.VERB]
    for unit in (0, 23):
        means = [c[:, which, unit].mean(1) for which in (plural, ~plural)]
        np.testing.assert_allclose(found["means"][unit], means, rtol=1e-12)
        answers = reading.answers(unit, means[0][:, None], words=agreement.VERB)
        right = reading.wants_plural(answers) == plural
        assert found["followed"][unit] == right.mean()


def test_verbs_and_pronouns_are_counted_as_a_reader_would_count_them(reading):
    answers = reading.answers()
    right, attracted, pronouns = [], [], []
    words = Agreement.words
    for k, text in enumerate(reading.texts.T):
        for verb, noun, subject in ((8, 7, 1), (21, 20, 14)):
            said = words[text[verb]]
            other = said.removesuffix("s") if said.endswith("s") else said + "s"
            scores = answers[verb - 1, k]
            right.append(scores[text[verb]] > scores[words.index(other)])
            if (text[noun] % 2) != (text[subject] % 2):
                attracted.append(right[-1])
        for place in (10, 23):
            said = words[text[place]]
            if said != "they":
                other = {"he": "she", "she": "he"}[said]
                scores = answers[place - 1, k]
                pronouns.append(scores[text[place]] > scores[words.index(other)])
    assert reading.verbs_right(answers) == pytest.approx(np.mean(right))
    assert reading.attracted_right(answers) == pytest.approx(np.mean(attracted))
    assert reading.pronouns_right(answers) == pytest.approx(np.mean(pronouns))


def test_an_unknown_network_is_answered_with_the_known_ones():
    with refused(ValueError, "no network 'ESN' here; there is LSTM, forget bias 3"):
        agreement.run("ESN")
