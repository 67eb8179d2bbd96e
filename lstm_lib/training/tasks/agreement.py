"""Verbs and pronouns that agree with their subject."""

import math
from dataclasses import dataclass

import torch

from lstm_lib.cells.checks import positive_integer
from lstm_lib.training.tasks.base import Batch, NextSymbol
from lstm_lib.training.vocabulary import Vocabulary, check_text

NOUNS = {
    "he": (("boy", "boys"), ("man", "men"), ("king", "kings"), ("uncle", "uncles")),
    "she": (("girl", "girls"), ("woman", "women"), ("queen", "queens"), ("aunt", "aunts")),
}
VERBS = (("runs", "run"), ("sings", "sing"), ("sleeps", "sleep"), ("laughs", "laugh"))
PLACES = ("near", "behind", "beside", "with")
PRONOUNS = ("he", "she", "they")


@dataclass(frozen=True)
class Agreement(NextSymbol):
    """Simple English sentences: the verb agrees with its subject, with other nouns in between.

    “the girl near the kings sings and she laughs .” The subject is singular or plural, he or she;
    up to ``distractors`` other nouns, each singular or plural, male or female, stand between it
    and the verb. The text goes on with further sentences. The next word is to be predicted; the
    score counts the first verb of a sentence, for its form, and the pronoun. There the right form
    has to be likelier than the other forms of the same word: runs or run; he, she or they.

    Args:
        length: how many words; 7, the shortest sentence, or more.
        distractors: the largest number of nouns in between; 0, 1, … are equally likely.

    Baseline: the verb form that agrees with the last noun, which is right if that noun is the
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

    def draw(self, size, generator):
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

    @property
    def vocabulary(self):
        return Vocabulary("word", self.words)

    def encode(self, text: str) -> torch.Tensor:
        """Words with spaces between them as numbers, ``(seq_len,)``.

        Raises:
            ValueError: an unknown word.
            TypeError: not a string.
        """
        check_text("text", text)
        return self.vocabulary.encode(text.split())

    def decode(self, numbers) -> str:
        """Numbers ``(seq_len,)`` as words with spaces between them.

        Raises:
            ValueError: a number that stands for no word.
        """
        return " ".join(self.vocabulary.decode(numbers))
