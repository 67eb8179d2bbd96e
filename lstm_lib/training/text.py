"""Any text as a stream of characters to read."""

import ast
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import torch

from lstm_lib.cells.checks import positive_integer, unknown_name
from lstm_lib.training.tasks import Batch


class Corpus:
    r"""A text as a sequence of numbers, one for each character.

    >>> corpus = Corpus("to be or not to be")
    >>> corpus.characters
    (' ', 'b', 'e', 'n', 'o', 'r', 't')
    >>> corpus.encode("bet")
    tensor([1, 2, 6])
    >>> corpus.decode([6, 4])
    'to'

    It has ``tokens`` and ``answers`` as a task has, so that
    :class:`~lstm_lib.training.SequenceModel` can be made for it.

    Args:
        text: what to read; :meth:`from_file` reads a file.

    Raises:
        ValueError: a text without a single character.
    """

    features = None

    def __init__(self, text: str):
        if not text:
            raise ValueError("the text is empty: there is nothing to learn from it")
        self.text = text
        self.characters = tuple(sorted(set(text)))
        self.number = {character: k for k, character in enumerate(self.characters)}
        self.tokens = self.answers = len(self.characters)
        self.numbers = self.encode(text)

    @classmethod
    def from_file(cls, path):
        """The text of a UTF-8 file.

        Raises:
            FileNotFoundError: no such file.
            ValueError: an empty file, or one that is not UTF-8: the sentence says where.
        """
        content = Path(path).read_bytes()
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise ValueError(
                f"{path} is not UTF-8: byte {error.start}, in line {line}, is "
                f"0x{content[error.start]:02x} ({error.reason}); save the file as UTF-8 first"
            ) from error
        text = text.removeprefix("\ufeff").replace("\r\n", "\n")  # as some editors write them
        if not text:
            raise ValueError(f"{path} is empty: there is nothing to learn from it")
        return cls(text)

    def encode(self, text: str) -> torch.Tensor:
        """Characters as numbers, ``(seq_len,)``.

        Raises:
            ValueError: a character that the corpus does not have.
        """
        for character in text:
            if character not in self.number:
                raise ValueError(unknown_name("character", character, map(repr, self.characters)))
        return torch.tensor([self.number[character] for character in text], dtype=torch.long)

    def decode(self, numbers) -> str:
        """Numbers ``(seq_len,)`` as characters."""
        return "".join(self.characters[number] for number in numbers)

    def __len__(self):
        return len(self.text)

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
        strip = (len(self) - 1) // batch_size
        if strip < seq_len:
            raise ValueError(
                f"a text of {len(self)} characters is too short for {batch_size} strips of "
                f"{seq_len} and the character that follows: it would need "
                f"{batch_size * seq_len + 1}"
            )
        return self.pieces(batch_size, seq_len, strip)

    def pieces(self, batch_size, seq_len, strip):
        read, follows = self.numbers[:-1], self.numbers[1:]
        inputs, targets = (
            part[: strip * batch_size].view(batch_size, strip).T for part in (read, follows)
        )
        for start in range(0, strip - seq_len + 1, seq_len):
            steps = slice(start, start + seq_len)
            asked = torch.ones(seq_len, batch_size, dtype=torch.bool)
            yield Batch(inputs[steps], targets[steps], asked)


PROSE = re.compile(r"[A-Z][A-Za-z ,;'()!?.-]{60,}\.")
"""A paragraph of plain sentences: no formulas, code, lists or references."""


@cache
def default_corpus() -> Corpus:
    """About 138,000 characters of English: what NetworkX says about networks.

    The paragraphs of plain sentences in the docstrings of NetworkX, each once, a line for each.
    PyTorch brings NetworkX with it, as one and the same package for every machine: the same
    version gives the same text.

    Source: NetworkX (networkx.org), whose developers wrote it; BSD licence.
    """
    package = Path(find_spec("networkx").origin).parent
    files = (path.relative_to(package).as_posix() for path in package.rglob("*.py"))
    paragraphs = {}  # a set that keeps its order
    for name in sorted(files):
        if "tests/" not in name:
            module = ast.parse((package / name).read_text(encoding="utf-8"))
            paragraphs |= dict.fromkeys(prose(module))
    return Corpus("".join(f"{paragraph}\n" for paragraph in paragraphs))


def prose(module):
    """The paragraphs of plain sentences in a module's docstrings."""
    for node in ast.walk(module):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            docstring = ast.get_docstring(node) or ""
            without_headings = re.sub(r"^.*\n-+$", "", docstring, flags=re.MULTILINE)
            for paragraph in without_headings.split("\n\n"):
                line = " ".join(paragraph.split())
                if PROSE.fullmatch(line):
                    yield line
