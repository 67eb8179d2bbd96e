"""A text as a task: read characters, predict the next one."""

import codecs
import hashlib
import math
import unicodedata
from functools import cache, cached_property
from pathlib import Path

import torch

from lstm_lib.cells.checks import positive_integer
from lstm_lib.training.tasks.base import Batch, NextSymbol
from lstm_lib.training.vocabulary import Vocabulary, check_text


class Corpus(NextSymbol):
    r"""A text as a sequence of numbers, one for each character: predict the next one.

    >>> corpus = Corpus("to be or not to be")
    >>> corpus.characters
    (' ', 'b', 'e', 'n', 'o', 'r', 't')
    >>> corpus.encode("bet")
    tensor([1, 2, 6])
    >>> corpus.decode([6, 4])
    'to'

    It is a task like the others, so :func:`~lstm_lib.training.fit` takes it: an example is
    ``seq_len`` characters from a random place of the text, read from a state of zeros, and the
    targets are the characters that follow. The score is the average cost of a character
    in bits, lower is better:

    .. math:: -\frac{1}{\text{seq\_len}} \sum_t \log_2 p(x_{t+1} \mid x_1, \dots, x_t)

    :meth:`chunks` reads the whole text in its order instead, for a loop that keeps the state.

    Args:
        text: what to read, used as it is; :meth:`from_file` reads a file.
        seq_len: how many characters a random example has.

    Baseline: the cost under the text's own bigram frequencies: how often each character follows
    the one before it.

    Raises:
        TypeError: a text that is not a string.
        ValueError: a text without a single character.
    """

    features = None
    higher_is_better = False

    def __init__(self, text: str, seq_len: int = 64):
        check_text("text", text)
        if not text:
            raise ValueError("the text is empty: there is nothing to learn from it")
        self.text = text
        self.seq_len = positive_integer("seq_len", seq_len)
        self.vocabulary = Vocabulary("character", sorted(set(text)))
        self.tokens = self.answers = len(self.characters)
        self.numbers = self.encode(text)

    @classmethod
    def from_file(cls, path, seq_len: int = 64):
        """The text of a file: UTF-8, or UTF-16 or UTF-32 that begins with a byte order mark.

        Every line ending becomes a line feed, and a letter with an accent becomes one character
        (Unicode's normal form C).

        Raises:
            FileNotFoundError: no such file.
            ValueError: an empty file, or one that cannot be decoded: the message says where.
        """
        text = decoded(Path(path).read_bytes(), path)
        if not text:
            raise ValueError(f"{path} is empty: there is nothing to learn from it")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return cls(unicodedata.normalize("NFC", text), seq_len)

    @property
    def characters(self):
        """The different characters, in Unicode's order."""
        return self.vocabulary.symbols

    def encode(self, text: str) -> torch.Tensor:
        """Characters as numbers, ``(seq_len,)``.

        Raises:
            ValueError: a character that the corpus does not have.
            TypeError: not a string.
        """
        check_text("text", text)
        return self.vocabulary.encode(text)

    def decode(self, numbers) -> str:
        """Numbers ``(seq_len,)`` as characters.

        Raises:
            ValueError: a number that stands for no character.
        """
        return "".join(self.vocabulary.decode(numbers))

    def __len__(self):
        return len(self.text)

    def __repr__(self):
        content = hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()
        return f"Corpus({len(self)} characters, SHA-256 {content[:8]}…, seq_len={self.seq_len})"

    @cached_property
    def baseline(self):
        pairs = self.tokens * self.numbers[:-1] + self.numbers[1:]
        counts = torch.bincount(pairs, minlength=self.tokens**2).view(self.tokens, self.tokens)
        follows = counts / counts.sum(dim=1, keepdim=True).clamp(min=1)
        return -(counts * follows.clamp(min=1e-12).log2()).sum().item() / max(1, len(self) - 1)

    def draw(self, size, generator):
        self.check_length(1, self.seq_len, f"an example of {self.seq_len}")
        start = torch.randint(len(self) - self.seq_len, (size,), generator=generator)
        place = start + torch.arange(self.seq_len)[:, None]
        numbers = self.numbers.to(place.device)
        return Batch(numbers[place], numbers[place + 1], torch.ones_like(place, dtype=torch.bool))

    def score(self, outputs, batch):
        return self.loss(outputs, batch) / math.log(2)

    def chunks(self, batch_size: int, seq_len: int):
        """The whole text once, in pieces for truncated backpropagation through time.

        The text is cut into ``batch_size`` long strips, read side by side; each
        :class:`~lstm_lib.training.tasks.Batch` has the next ``seq_len`` characters of every strip,
        so the state after one batch is the state before the next. Targets are the characters that
        follow. What does not fill a strip or a batch at the end is left out.

        Raises:
            ValueError: a text too short for a single batch.
        """
        positive_integer("batch_size", batch_size)
        positive_integer("seq_len", seq_len)
        self.check_length(batch_size, seq_len, f"{batch_size} strips of {seq_len}")
        return self.pieces(batch_size, seq_len, strip=(len(self) - 1) // batch_size)

    def pieces(self, batch_size, seq_len, strip):
        read, follows = self.numbers[:-1], self.numbers[1:]
        inputs, targets = (
            part[: strip * batch_size].view(batch_size, strip).T for part in (read, follows)
        )
        for start in range(0, strip - seq_len + 1, seq_len):
            steps = slice(start, start + seq_len)
            asked = torch.ones(seq_len, batch_size, dtype=torch.bool)
            yield Batch(inputs[steps], targets[steps], asked)

    def check_length(self, count, seq_len, what):
        if (len(self) - 1) // count < seq_len:
            raise ValueError(
                f"a text of {len(self)} characters is too short for {what} and the character "
                f"that follows: it would need {count * seq_len + 1}; take a longer text, or a "
                "smaller seq_len"
            )


MARKS = {
    codecs.BOM_UTF8: ("UTF-8", "utf-8"),
    codecs.BOM_UTF32_LE: (
        "UTF-32",
        "utf-32-le",
    ),  # begins like the mark of UTF-16, so it comes first
    codecs.BOM_UTF32_BE: ("UTF-32", "utf-32-be"),
    codecs.BOM_UTF16_LE: ("UTF-16", "utf-16-le"),
    codecs.BOM_UTF16_BE: ("UTF-16", "utf-16-be"),
}
"""The byte order marks, each with the encoding that it stands for."""


def decoded(content, path):
    """The bytes of a file as a string, without the byte order mark."""
    mark = next((mark for mark in MARKS if content.startswith(mark)), b"")
    name, encoding = MARKS.get(mark, ("UTF-8", "utf-8"))
    try:
        text = content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        place = len(mark) + error.start
        line = content.count(b"\n", 0, place) + 1
        raise ValueError(
            f"{path} is not {name}: byte {place}, in line {line}, is "
            f"0x{content[place]:02x} ({error.reason}); save the file as UTF-8 first"
        ) from error
    if "\0" in text:
        raise ValueError(
            f"{path} has a NUL, character {text.index(chr(0))}: it is not text, or UTF-16 without "
            "a byte order mark; save the file as UTF-8 first"
        )
    return text


@cache
def default_corpus() -> Corpus:
    """*Alice's Adventures in Wonderland*, about 142,000 characters of English.

    A paragraph is a line. The file is part of the library, with a note on its origin.

    Source: Lewis Carroll (1865); in the public domain.
    """
    return Corpus.from_file(Path(__file__).parent / "texts" / "alice_in_wonderland.txt")
