"""Small worlds in which memory is needed, each with the score of somebody who has none.

A task draws as many random examples as it is asked for, so a network never sees one twice: what
it learns is the rule. Sequences are ``(seq_len, batch_size)``, time first, as everywhere here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch.nn import functional

from lstm_lib.cells.checks import positive_integer, unknown_name


class Batch(NamedTuple):
    """Examples to learn from."""

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
        return Batch(
            *(
                part.to(device=device, dtype=dtype if part.is_floating_point() else None)
                for part in self
            )
        )


class Task:
    """A random world: what is read at each step, and what is to be said.

    A subclass says what a step looks like, how to draw a batch, and its baseline.
    """

    tokens = None
    """How many different tokens there are to read; None if real numbers are read."""
    features = None
    """How many real numbers are read at each step; None if tokens are read."""
    answers = None
    """How many numbers a network has to put out at each step."""
    higher_is_better = True
    """Whether a better score is a higher one."""
    baseline = None
    """What the best guesser without a memory scores."""

    def batch(self, size: int, generator: torch.Generator | None = None) -> Batch:
        """Draw ``size`` examples; generators with the same seed draw the same ones."""
        raise NotImplementedError(f"{type(self).__name__} has no examples: write its batch")

    def loss(self, outputs, batch):
        """What training makes small, for ``outputs`` ``(seq_len, batch_size, answers)``."""
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
    """A choice of the next symbol. The loss is that of a language model, over every step; the
    score counts only the steps where memory decides."""

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
    """Numbers between 0 and 1 in PyTorch's default dtype, and the same ones in each."""
    numbers = torch.rand(shape, generator=generator, dtype=torch.float32)
    return numbers.to(torch.get_default_dtype())


def only_at_the_end(answer, seq_len):
    """Targets and ``asked`` of a task with one answer, ``(batch_size, …)``, at the last step."""
    targets = answer.new_zeros(seq_len, *answer.shape)
    targets[-1] = answer
    asked = torch.zeros(seq_len, len(answer), dtype=torch.bool)
    asked[-1] = True
    return targets, asked


@dataclass(frozen=True)
class Recall(Choice):
    """“I grew up in France … I speak fluent *French*”: a key, a gap, and then the question.

    A key at the first step, ``gap`` random fillers, a query; the answer is the key.

    Args:
        gap: how many fillers lie between.
        keys: how many different keys there are.
        fillers: how many different fillers there are.

    Baseline: one key in ``keys`` is guessed.

    Source: the example is from Olah (2015); the task is one of Hochreiter & Schmidhuber (1997),
    experiment 2, with random fillers and more keys.
    """

    gap: int
    keys: int = 8
    fillers: int = 8

    def __post_init__(self):
        positive_integer("gap", self.gap, 1)
        positive_integer("keys", self.keys, 2)
        positive_integer("fillers", self.fillers, 1)

    @property
    def tokens(self):
        return self.keys + self.fillers + 1

    @property
    def answers(self):
        return self.keys

    @property
    def baseline(self):
        return 1 / self.keys

    def batch(self, size, generator=None):
        positive_integer("size", size)
        key = torch.randint(self.keys, (1, size), generator=generator)
        filler = torch.randint(self.fillers, (self.gap, size), generator=generator) + self.keys
        query = torch.full((1, size), self.tokens - 1)
        inputs = torch.cat([key, filler, query])
        return Batch(inputs, *only_at_the_end(key[0], len(inputs)))


@dataclass(frozen=True)
class Adding(Number):
    r"""Add the two numbers that are marked, among many that are not.

    Each step is a number between 0 and 1 and a mark, which is 1 at one step of the first half
    and one of the second, and 0 elsewhere. The answer, at the last step, is the sum.

    Args:
        length: how many steps; 3 or more. The last is never marked: it is for the answer.

    Baseline: always say 1, the mean. What is left is the variance of two uniform numbers,

    .. math:: 2 \cdot \tfrac{1}{12} = \tfrac{1}{6}

    Source: Hochreiter & Schmidhuber (1997), experiment 4, in the form with numbers between 0 and
    1 (Le, Jaitly & Hinton 2015).
    """

    length: int

    features = 2
    answers = 1
    baseline = 2 * (1 / 12)

    def __post_init__(self):
        positive_integer("length", self.length, 3)

    def batch(self, size, generator=None):
        positive_integer("size", size)
        numbers = uniform(self.length, size, generator=generator)
        half = self.length // 2
        first = torch.randint(half, (1, size), generator=generator)
        second = torch.randint(half, self.length - 1, (1, size), generator=generator)
        marks = torch.zeros(self.length, size).scatter(0, torch.cat([first, second]), 1)
        total = (numbers * marks).sum(0)
        targets, asked = only_at_the_end(total[:, None], self.length)
        return Batch(torch.stack([numbers, marks], -1), targets, asked)


@dataclass(frozen=True)
class Counting(Choice):
    """Read some a's, and say where as many b's end: aaabbb, and here it is.

    Each example is n times a, n times b, and blanks that fill it up. At each b the answer is
    whether it is the last. The score is the share of examples without a single mistake.

    Args:
        most: the largest n.
        least: the smallest n; all from there up to ``most`` are equally likely.

    Baseline: always stop after the same number of b's, which is right for one n.

    Source: the language :math:`a^n b^n` of Gers & Schmidhuber (2001), where the next symbol is
    predicted.
    """

    most: int = 10
    least: int = 1

    tokens = len("ab ")
    answers = len(("go on", "last"))

    def __post_init__(self):
        positive_integer("most", self.most, 1)
        positive_integer("least", self.least, 1)
        if self.least > self.most:
            raise ValueError(f"least is {self.least}, above most, {self.most}")

    @property
    def baseline(self):
        return 1 / (self.most - self.least + 1)

    def batch(self, size, generator=None):
        positive_integer("size", size)
        choices = (self.least, self.most + 1)
        return self.strings(torch.randint(*choices, (size,), generator=generator))

    def strings(self, n):
        """The examples with these many a's, ``(batch_size,)``, side by side."""
        step = torch.arange(2 * self.most)[:, None]
        inputs = (step >= n).long() + (step >= 2 * n).long()
        return Batch(inputs, targets=(step == 2 * n - 1).long(), asked=inputs == 1)

    def score(self, outputs, batch):
        right = outputs.argmax(-1) == batch.targets
        return (right | ~batch.asked).all(0).float().mean()


@dataclass(frozen=True)
class Copy(Choice):
    r"""Read a list of symbols, wait, and write it down again.

    ``length`` symbols, then ``delay`` steps of which the last is the signal to begin, with blanks
    before it, then ``length`` blanks, during which the list is to be repeated. Before that the
    answer is a blank. The score is the loss, in nats a step.

    Args:
        delay: how many steps from the end of the list to the signal, which is the last of them.
        length: how many symbols to remember.
        symbols: how many different symbols there are.

    Baseline: blanks where blanks are due, which takes no memory but a clock, and a guess for each
    symbol:

    .. math:: \frac{\text{length} \cdot \ln \text{symbols}}{\text{delay} + 2 \cdot \text{length}}

    Source: Arjovsky, Shah & Bengio (2016), whose *T* is ``delay``, after Hochreiter & Schmidhuber
    (1997).
    """

    delay: int
    length: int = 10
    symbols: int = 8

    higher_is_better = False

    def __post_init__(self):
        positive_integer("delay", self.delay, 1)
        positive_integer("length", self.length, 1)
        positive_integer("symbols", self.symbols, 2)

    @property
    def tokens(self):
        return self.symbols + 2

    @property
    def answers(self):
        return self.symbols + 1

    @property
    def baseline(self):
        return self.length * math.log(self.symbols) / (self.delay + 2 * self.length)

    def batch(self, size, generator=None):
        positive_integer("size", size)
        symbols = torch.randint(self.symbols, (self.length, size), generator=generator)
        blank, signal = self.symbols, self.symbols + 1
        inputs = torch.full((self.delay + 2 * self.length, size), blank)
        targets = inputs.clone()
        inputs[: self.length] = symbols
        inputs[-self.length - 1] = signal
        targets[-self.length :] = symbols
        return Batch(inputs, targets, torch.ones_like(inputs, dtype=torch.bool))

    def score(self, outputs, batch):
        return self.loss(outputs, batch)


@dataclass(frozen=True)
class TemporalOrder(Choice):
    """X before Y, or Y before X? Only the order of two rare symbols matters.

    A start, an end, and a, b, c, d at random between; but at one step about a tenth into the
    sequence, and at one just after its middle, stands X or Y. The answer, at the end, is which two
    they were, in order: XX, XY, YX or YY.

    Args:
        length: how many steps; 10 or more.

    Baseline: one of four is guessed.

    Source: Hochreiter & Schmidhuber (1997), experiment 6a: X or Y at steps 10 to 20 and 50 to 60
    of about 100; here in the same proportion, and all sequences equally long.
    """

    length: int = 100

    tokens = len("abcdXYBE")
    answers = len(("XX", "XY", "YX", "YY"))
    baseline = 1 / answers

    def __post_init__(self):
        positive_integer("length", self.length, 10)

    def batch(self, size, generator=None):
        positive_integer("size", size)
        inputs = torch.randint(4, (self.length, size), generator=generator)
        inputs[0], inputs[-1] = "abcdXYBE".index("B"), "abcdXYBE".index("E")
        tenth = self.length // 10
        early = torch.randint(tenth, 2 * tenth + 1, (1, size), generator=generator)
        late = torch.randint(5 * tenth, 6 * tenth + 1, (1, size), generator=generator)
        x_or_y = torch.randint(2, (2, size), generator=generator)
        inputs.scatter_(0, torch.cat([early, late]), x_or_y + "abcdXYBE".index("X"))
        return Batch(inputs, *only_at_the_end(2 * x_or_y[0] + x_or_y[1], self.length))


@dataclass(frozen=True)
class Sine(Number):
    r"""Go on with a sine of unknown frequency and phase: say the next value.

    Three values in a row determine all that follow; one does not, since it does not say whether
    the curve is rising. The answer counts from the third step on.

    Args:
        length: how many steps; 3 or more.
        shortest: steps in the shortest period; above 2, where a sine is still seen as one.
        longest: steps in the longest period.

    Baseline: with :math:`\omega` uniform between its slowest and fastest and every phase equally
    likely, the best that can be said from :math:`x_t` alone is
    :math:`x_t \cdot \operatorname{E}[\cos \omega]`, and its mean squared error is

    .. math::

        \frac{1 - \operatorname{E}[\cos \omega]^2}{2},
        \qquad \operatorname{E}[\cos \omega]
        = \frac{\sin \omega_\text{fast} - \sin \omega_\text{slow}}
               {\omega_\text{fast} - \omega_\text{slow}}
    """

    length: int
    shortest: float = 10
    longest: float = 50

    features = 1
    answers = 1

    def __post_init__(self):
        positive_integer("length", self.length, 3)
        if not 2 < self.shortest < self.longest < math.inf:
            raise ValueError(
                f"periods from {self.shortest} to {self.longest} steps; "
                "shortest must be above 2, and longest above shortest"
            )

    @property
    def frequencies(self):
        """The slowest and the fastest :math:`\\omega`, in radians a step."""
        return 2 * math.pi / self.longest, 2 * math.pi / self.shortest

    @property
    def baseline(self):
        slow, fast = self.frequencies
        mean_cosine = (math.sin(fast) - math.sin(slow)) / (fast - slow)
        return (1 - mean_cosine**2) / 2

    def batch(self, size, generator=None):
        positive_integer("size", size)
        slow, fast = self.frequencies
        frequency = slow + (fast - slow) * uniform(size, generator=generator)
        phase = 2 * math.pi * uniform(size, generator=generator)
        time = torch.arange(self.length + 1)[:, None]
        values = torch.sin(frequency * time + phase)[..., None]
        asked = (time[:-1] >= 2).expand(-1, size)
        return Batch(values[:-1], values[1:], asked)


@dataclass(frozen=True)
class Timing(Choice):
    """One signal to begin, and from there on, in silence, a beat at every ``interval``-th step.

    The signal, a 1 among zeros, comes at one of the first ``interval`` steps. The answer at each
    step is 1 for a beat and 0 for none, so the first is due ``interval`` steps after the signal.
    The score is the share of sequences with no step wrong: a beat one step late counts for
    nothing.

    Args:
        interval: how many steps from the signal to the first beat, and from beat to beat.
        length: how many steps; twice the interval or more, so that every sequence has a beat.

    Baseline: whoever has no memory treats all silent steps alike, and gets no sequence right.

    Source: after the timed spikes of Gers, Schraudolph & Schmidhuber (2002), whose network began
    by itself.
    """

    interval: int
    length: int

    features = 1
    answers = len(("none", "beat"))
    baseline = 0.0

    def __post_init__(self):
        positive_integer("interval", self.interval, 2)
        positive_integer("length", self.length, 2 * self.interval)

    def batch(self, size, generator=None):
        positive_integer("size", size)
        signal = torch.randint(self.interval, (1, size), generator=generator)
        since = torch.arange(self.length)[:, None] - signal
        beats = (since > 0) & (since % self.interval == 0)
        inputs = (since == 0).to(torch.get_default_dtype())[..., None]
        return Batch(inputs, beats.long(), torch.ones_like(beats))

    def score(self, outputs, batch):
        right = outputs.argmax(-1) == batch.targets
        return (right | ~batch.asked).all(0).float().mean()


@dataclass(frozen=True)
class Waveform(Number):
    r"""Play a melody from memory: nothing is read, and what comes out is to follow a given curve.

    The curve is a sum of sines of unlike periods, brought to mean 0 and mean square 1. It is one
    and the same in every example: the task is to store it in the weights.

    Args:
        length: how many steps; 8 or more.
        waves: how many sines are added. Their periods are between 4 steps and ``length``, each
            factor of 2 equally likely.
        seed: of the periods and phases; each seed is another curve.

    Baseline: always say 0, the mean; what is left is the mean square, 1.

    Source: after Koutník et al. (2014), section 4.1, whose curves are pieces of music of 320
    samples.
    """

    length: int = 320
    waves: int = 6
    seed: int = 0

    features = 1
    answers = 1
    baseline = 1.0

    def __post_init__(self):
        positive_integer("length", self.length, 8)
        positive_integer("waves", self.waves)

    @property
    def periods(self):
        """The period of each sine, in steps, from the shortest to the longest."""
        return self.sines()[0].flatten().sort().values

    @property
    def curve(self):
        """What is to come out, ``(seq_len,)``."""
        periods, phases = self.sines()
        time = torch.arange(self.length)
        sum_of_sines = torch.sin(2 * math.pi * (time / periods + phases)).sum(0)
        centred = sum_of_sines - sum_of_sines.mean()
        return centred / centred.square().mean().sqrt()

    def sines(self):
        """Periods and phases, the latter as a share of a period, each ``(waves, 1)``."""
        generator = torch.Generator().manual_seed(self.seed)
        draws = uniform(2, self.waves, 1, generator=generator)
        return 4 * (self.length / 4) ** draws[0], draws[1]

    def batch(self, size, generator=None):
        positive_integer("size", size)
        targets = self.curve[:, None, None].expand(-1, size, 1)
        asked = torch.ones(self.length, size, dtype=torch.bool)
        return Batch(torch.zeros_like(targets), targets, asked)


REBER = {
    "1": {"B": "2"},
    "2": {"T": "3", "P": "4"},
    "3": {"S": "3", "X": "5"},
    "4": {"T": "4", "V": "6"},
    "5": {"X": "4", "S": "7"},
    "6": {"P": "5", "V": "7"},
    "7": {"E": "end"},
}
"""Reber's grammar: in each state, the symbols that may come and the state each leads to."""


def embedded_reber():
    """The grammar whose strings are B, T or P, a string of :data:`REBER`, *the same* T or P, E.

    There is a copy of Reber's grammar for T and one for P: which one it is in is the memory. After
    a string comes the next.
    """
    grammar = {"start": {"B": "choose"}, "choose": {"T": "T1", "P": "P1"}, "last": {"E": "start"}}
    for chosen in "TP":
        for state, ways in REBER.items():
            grammar[chosen + state] = {symbol: chosen + to for symbol, to in ways.items()}
        grammar[chosen + "end"] = {chosen: "last"}
    return grammar


@dataclass(frozen=True)
class ContinualReber(NextSymbol):
    """An endless stream of strings, each of which ends as it began: say the next symbol.

    Each string is B, then T or P, then a string of Reber's grammar of 5 symbols or more, then the
    same T or P as before, then E; the next follows without a break. The answer counts where the
    second T or P is due. Nothing says so but the first one: so a network must remember it, and
    forget it when the next string begins.

    Args:
        length: how many steps; 10 or more, so that an answer is asked in most sequences.

    Baseline: T or P is guessed. The string between does not help, so this is also what a memory
    of its last 5 symbols scores.

    Source: the embedded Reber grammar of Hochreiter & Schmidhuber (1997), experiment 1, as the
    continual stream of Gers, Schmidhuber & Cummins (2000).
    """

    length: int = 100

    symbols = "BTPSXVE"
    tokens = answers = len(symbols)
    baseline = 1 / len("TP")

    def __post_init__(self):
        positive_integer("length", self.length, 10)

    def batch(self, size, generator=None):
        positive_integer("size", size)
        grammar = embedded_reber()
        names = list(grammar)
        # Two ways out of each state, as numbers; where there is only one, it stands twice.
        ways = [(list(ways.items()) * 2)[:2] for ways in grammar.values()]
        symbol = torch.tensor([[self.symbols.index(symbol) for symbol, _ in two] for two in ways])
        leads_to = torch.tensor([[names.index(state) for _, state in two] for two in ways])
        due = torch.tensor([name in ("Tend", "Pend") for name in names])

        way = torch.randint(2, (self.length + 1, size), generator=generator)
        state = torch.full((size,), names.index("start"))
        stream, asked = [], []
        for step in way:
            asked.append(due[state])
            stream.append(symbol[state, step])
            state = leads_to[state, step]
        stream, asked = torch.stack(stream), torch.stack(asked)
        return Batch(stream[:-1], stream[1:], asked[1:])


NOUNS = {
    "he": (("boy", "boys"), ("man", "men"), ("king", "kings"), ("uncle", "uncles")),
    "she": (("girl", "girls"), ("woman", "women"), ("queen", "queens"), ("aunt", "aunts")),
}
VERBS = (("runs", "run"), ("sings", "sing"), ("sleeps", "sleep"), ("laughs", "laugh"))
PLACES = ("near", "behind", "beside", "with")
PRONOUNS = ("he", "she", "they")


@dataclass(frozen=True)
class Agreement(NextSymbol):
    """A little English: the verb agrees with its subject, however many nouns stand between.

    “the girl near the kings sings and she laughs .” The subject is singular or plural, he or she;
    up to ``distractors`` others, each with a number and a gender of its own, stand between it and
    the verb. Sentence follows sentence, so subjects change. The next word is to be said; the
    answer counts at the first verb, for its form, and at the pronoun. There the right form has to
    be likelier than the other forms of the same word: runs or run; he, she or they.

    Args:
        length: how many words; 7, the shortest sentence, or more.
        distractors: at most how many others stand between; each number from 0 up is equally likely.

    Baseline: the verb form that goes with the last noun, which is right if that noun was the
    subject and in half of the other cases; and always “they”, which is right for plurals.

    Source: agreement as a test of memory is from Elman (1991), comparing the forms of one word
    from Linzen, Dupoux & Goldberg (2016).
    """

    length: int = 60
    distractors: int = 2

    words = (
        *("the", "and", "."),
        *(noun for nouns in NOUNS.values() for pair in nouns for noun in pair),
        *(verb for pair in VERBS for verb in pair),
        *PLACES,
        *PRONOUNS,
    )
    tokens = answers = len(words)

    def __post_init__(self):
        positive_integer("length", self.length, 7)
        positive_integer("distractors", self.distractors, 0)

    @property
    def baseline(self):
        last_is_subject = 1 / (self.distractors + 1)
        verb = last_is_subject + (1 - last_is_subject) / 2
        pronoun = 1 / 2
        return (verb + pronoun) / 2

    def batch(self, size, generator=None):
        positive_integer("size", size)
        shortest = 7
        words, present, asked = self.sentences(self.length // shortest + 1, size, generator)
        # Move the words that are present to the front, in their order, and cut.
        front = (~present).byte().argsort(dim=0, stable=True)[: self.length + 1]
        stream, asked = words.gather(0, front), asked.gather(0, front)
        return Batch(stream[:-1], stream[1:], asked[1:])

    def sentences(self, count, size, generator):
        """``count`` random sentences, each with room for every distractor: the words, which of
        them are present, and which are asked for, each ``(words, size)``."""

        def draw(choices):
            return torch.randint(choices, (count, size), generator=generator)

        def word(text):
            return torch.full((count, size), self.words.index(text))

        nouns, verbs, places, pronouns = (
            self.numbers(words) for words in (tuple(NOUNS.values()), VERBS, PLACES, PRONOUNS)
        )
        gender, plural, others = draw(2), draw(2), draw(self.distractors + 1)
        always = torch.ones(count, size, dtype=torch.bool)

        sentence = [word("the"), nouns[gender, draw(4), plural]]
        present = [always, always]
        for k in range(self.distractors):
            sentence += [places[draw(4)], word("the"), nouns[draw(2), draw(4), draw(2)]]
            present += [others > k] * 3
        verb = len(sentence)
        pronoun = verb + 2
        sentence += [verbs[draw(4), plural], word("and")]
        sentence += [pronouns[torch.where(plural == 1, 2, gender)]]
        sentence += [verbs[draw(4), plural], word(".")]
        present += [always] * 5
        asked = [always if k in (verb, pronoun) else ~always for k in range(len(sentence))]
        return tuple(torch.stack(part, 1).flatten(0, 1) for part in (sentence, present, asked))

    def numbers(self, words):
        """Words, however nested, as a tensor of their numbers."""
        if isinstance(words, str):
            return torch.tensor(self.words.index(words))
        return torch.stack([self.numbers(each) for each in words])

    def score(self, outputs, batch):
        forms = torch.eye(self.tokens, dtype=torch.bool, device=outputs.device)
        for together in (*VERBS, PRONOUNS):
            numbers = self.numbers(together)
            forms[numbers[:, None], numbers] = True
        rivals = forms[batch.targets]
        return super().score(outputs.masked_fill(~rivals, -math.inf), batch)

    def encode(self, text: str) -> torch.Tensor:
        """Words with spaces between them as numbers, ``(seq_len,)``.

        Raises:
            ValueError: a word that this English does not have.
        """
        for word in text.split():
            if word not in self.words:
                raise ValueError(unknown_name("word", word, self.words))
        return torch.tensor([self.words.index(word) for word in text.split()], dtype=torch.long)

    def decode(self, numbers) -> str:
        """Numbers ``(seq_len,)`` as words with spaces between them."""
        return " ".join(self.words[number] for number in numbers)
