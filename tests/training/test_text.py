"""A text is read as it is, in an order that a state can be carried through."""

import codecs
import hashlib
import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
import torch
from refusal import refused
from stored import ROOT

from lstm_lib.cells.checks import needs
from lstm_lib.training.text import Corpus, default_corpus

TEXT = "I grew up in France … I speak fluent French. Ça va ? 🙂\n"


def written(folder, content):
    path = folder / "text.txt"
    path.write_bytes(content)
    return path


# Characters and numbers


def test_characters_become_numbers_and_characters_again():
    corpus = Corpus(TEXT)
    assert corpus.decode(corpus.numbers) == corpus.text == TEXT
    assert corpus.decode(corpus.encode("French")) == "French"
    assert len(corpus) == len(corpus.numbers) == len(TEXT)


def test_every_character_has_one_number_in_the_order_of_unicode():
    corpus = Corpus("baa🙂b")
    assert corpus.characters == ("a", "b", "🙂")
    assert corpus.numbers.tolist() == [1, 0, 0, 2, 1]
    assert corpus.tokens == corpus.answers == 3


def test_nothing_encodes_to_nothing():
    corpus = Corpus(TEXT)
    assert corpus.encode("").dtype == torch.int64 and corpus.decode(corpus.encode("")) == ""


# Files


def test_a_file_is_read_as_utf8_whatever_its_line_ends_and_byte_order_mark(tmp_path):
    for content in (TEXT.encode(), TEXT.replace("\n", "\r\n").encode("utf-8-sig")):
        assert Corpus.from_file(written(tmp_path, content)).text == TEXT
    assert Corpus.from_file(str(tmp_path / "text.txt")).text == TEXT


STORED = {
    "UTF-8": (TEXT.encode(), TEXT),
    "UTF-8 with a mark": (TEXT.encode("utf-8-sig"), TEXT),
    "UTF-16 with a mark": (TEXT.encode("utf-16"), TEXT),
    "UTF-16, big end first": (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), TEXT),
    "UTF-32 with a mark": (TEXT.encode("utf-32"), TEXT),
    "UTF-32, big end first": (codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"), TEXT),
    "line ends of Windows": (b"one\r\ntwo\r\n", "one\ntwo\n"),
    "line ends of old Macs": (b"one\rtwo\r", "one\ntwo\n"),
    "all line ends": (b"a\r\n\rb\n\r\nc\r", "a\n\nb\n\nc\n"),
    "line ends in UTF-16": ("one\r\ntwo\r".encode("utf-16"), "one\ntwo\n"),
    "an accent of its own": ("cafe\u0301".encode(), "café"),
    "an accent that no letter has": ("x\u0301".encode(), "x\u0301"),
    "several marks on a letter": ("o\u0302\u0323".encode(), "ộ"),
    "one character": (b"a", "a"),
    "one character and a mark": (codecs.BOM_UTF8 + "é".encode(), "é"),
    "one line feed": (b"\n", "\n"),
    "beyond 16 bits": ("𝄞 clef".encode("utf-16"), "𝄞 clef"),
    "a mark in the middle": ("a\ufeffb".encode(), "a\ufeffb"),
}


@pytest.mark.parametrize("content, text", STORED.values(), ids=STORED)
def test_a_file_is_read_however_it_spells_its_text(content, text, tmp_path):
    corpus = Corpus.from_file(written(tmp_path, content))
    assert corpus.text == text
    assert corpus.decode(corpus.numbers) == text


REFUSED_FILES = {
    "Latin-1": (
        "one\ntwo café".encode("latin-1") + b" three",
        "is not UTF-8: byte 11, in line 2, is 0xe9 (invalid continuation byte); "
        "save the file as UTF-8 first",
    ),
    "not UTF-8 after its mark": (
        codecs.BOM_UTF8 + b"ab\xff",
        "is not UTF-8: byte 5, in line 1, is 0xff (invalid start byte); "
        "save the file as UTF-8 first",
    ),
    "half a letter of UTF-16": (
        codecs.BOM_UTF16_LE + b"a\0b",
        "is not UTF-16: byte 4, in line 1, is 0x62 (truncated data); save the file as UTF-8 first",
    ),
    "no UTF-32": (
        codecs.BOM_UTF32_LE + b"\xff\xff\xff\xff",
        "is not UTF-32: byte 4, in line 1, is 0xff (code point not in range(0x110000)); "
        "save the file as UTF-8 first",
    ),
    "UTF-16 without a mark": (
        "one".encode("utf-16-le"),
        "has a NUL, character 1: it is not text, or UTF-16 without a byte order mark; "
        "save the file as UTF-8 first",
    ),
    "UTF-16 without a mark, big end first": (
        "one".encode("utf-16-be"),
        "has a NUL, character 0: it is not text, or UTF-16 without a byte order mark; "
        "save the file as UTF-8 first",
    ),
    "a program": (
        b"\x7fELF\x02\x01\x01\0\0",
        "has a NUL, character 7: it is not text, or UTF-16 without a byte order mark; "
        "save the file as UTF-8 first",
    ),
    "a picture": (
        b"\x89PNG\r\n",
        "is not UTF-8: byte 0, in line 1, is 0x89 (invalid start byte); "
        "save the file as UTF-8 first",
    ),
    "empty": (b"", "is empty: there is nothing to learn from it"),
    "nothing but a mark": (codecs.BOM_UTF8, "is empty: there is nothing to learn from it"),
    "nothing but a mark of UTF-16": (
        codecs.BOM_UTF16_BE,
        "is empty: there is nothing to learn from it",
    ),
}


@pytest.mark.parametrize("content, sentence", REFUSED_FILES.values(), ids=REFUSED_FILES)
def test_a_file_that_is_no_text_is_refused_with_a_sentence(content, sentence, tmp_path):
    path = written(tmp_path, content)
    with refused(ValueError, f"{path} {sentence}"):
        Corpus.from_file(path)


NO_TEXTS = [
    (b"abc", 'text is bytes; make it a string: text.decode("utf-8")'),
    (None, "text is of type NoneType; it must be a string"),
    (["a"], "text is of type list; it must be a string"),
    (Path("text.txt"), "text is of type PosixPath; it must be a string"),
]


@pytest.mark.parametrize("text, sentence", NO_TEXTS, ids=[s for _, s in NO_TEXTS])
def test_what_is_no_string_is_refused(text, sentence):
    with refused(TypeError, sentence.replace("PosixPath", type(text).__name__)):
        Corpus(text)
    with refused(TypeError, sentence.replace("PosixPath", type(text).__name__)):
        Corpus("abc").encode(text)


def test_a_string_is_taken_as_it_is():
    assert Corpus("a\r\nb").text == "a\r\nb"
    assert Corpus("cafe\u0301").tokens == 5


def test_an_empty_text_is_refused():
    with refused(ValueError, "the text is empty: there is nothing to learn from it"):
        Corpus("")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="none.txt"):
        Corpus.from_file(tmp_path / "none.txt")


def test_an_unknown_character_is_answered_with_those_that_are_there():
    with refused(ValueError, "no character 'z' here; there is ' ', 'a', 'b'"):
        Corpus("a b").encode("abz")


@pytest.mark.parametrize("number", [3, -1, 0.5])
def test_a_number_of_no_character_is_refused(number):
    with refused(ValueError, f"no character has the number {number}; they go from 0 to 2"):
        Corpus("a b").decode([number])


def test_numbers_of_several_texts_are_refused():
    sentence = "numbers have shape (2, 1); they must be those of one text, (seq_len,)"
    with refused(ValueError, sentence):
        Corpus("a b").decode([[0], [1]])


# Drawn from


def test_an_example_is_a_piece_of_the_text_and_the_characters_that_follow():
    corpus = Corpus(TEXT, seq_len=5)
    batch = corpus.batch(50, torch.Generator().manual_seed(0))
    assert batch.inputs.shape == batch.targets.shape == (5, 50) and batch.asked.all()
    pieces = {corpus.decode(piece) for piece in batch.inputs.T}
    assert all(piece in TEXT for piece in pieces) and len(pieces) > 20
    assert torch.equal(batch.inputs[1:], batch.targets[:-1])


def test_every_place_of_the_text_is_drawn():
    corpus = Corpus("abcd", seq_len=2)
    batch = corpus.batch(100, torch.Generator().manual_seed(0))
    pairs = zip(batch.inputs.T, batch.targets.T, strict=True)
    assert {corpus.decode(x) + corpus.decode(y)[-1] for x, y in pairs} == {"abc", "bcd"}


def test_a_text_too_short_to_draw_from_is_refused():
    with refused(
        ValueError,
        "a text of 4 characters is too short for an example of 64 and the character that "
        "follows: it would need 65; take a longer text, or a smaller seq_len",
    ):
        Corpus("abcd").batch(1)


def test_the_baseline_of_a_text_is_what_the_character_before_tells():
    assert Corpus("abababa").baseline == 0
    # After a comes b or c, each as often; after b and c always a.
    assert Corpus("abaca").baseline == pytest.approx(0.5)
    assert Corpus("a").baseline == 0


def test_the_score_of_who_guesses_blindly_is_the_logarithm_of_the_characters():
    corpus = Corpus("abcd" * 4, seq_len=4)
    batch = corpus.batch(3)
    outputs = torch.zeros(4, 3, 4, dtype=torch.float64)
    assert corpus.score(outputs, batch).item() == pytest.approx(2, abs=1e-12)


# Chunks


def test_the_target_of_each_character_is_the_one_that_follows():
    corpus = Corpus(TEXT * 5)
    for inputs, targets, asked in corpus.chunks(batch_size=3, seq_len=7):
        assert inputs.shape == targets.shape == asked.shape == (7, 3)
        assert torch.equal(inputs[1:], targets[:-1]) and asked.all()


def test_each_chunk_goes_on_where_the_one_before_ended():
    corpus = Corpus(TEXT * 5)
    chunks = list(corpus.chunks(batch_size=3, seq_len=7))
    for before, after in zip(chunks, chunks[1:], strict=False):
        assert torch.equal(before.targets[-1], after.inputs[0])


def test_the_strips_are_the_text_from_its_beginning():
    corpus = Corpus("abcdefghijklmnopqrstuvwxyz")
    chunks = list(corpus.chunks(batch_size=2, seq_len=4))
    strips = torch.cat([chunk.inputs for chunk in chunks])
    assert [corpus.decode(strip) for strip in strips.T] == ["abcdefghijkl", "mnopqrstuvwx"]
    assert corpus.decode(chunks[-1].targets[-1]) == "my"


def test_a_text_just_long_enough_gives_one_chunk_and_one_too_short_none():
    (chunk,) = Corpus("abcdefg").chunks(batch_size=2, seq_len=3)
    assert chunk.targets[-1].tolist() == [3, 6]
    with refused(
        ValueError,
        "a text of 6 characters is too short for 2 strips of 3 and the character that follows: "
        "it would need 7; take a longer text, or a smaller seq_len",
    ):
        Corpus("abcdef").chunks(batch_size=2, seq_len=3)


@pytest.mark.parametrize("sizes", [(0, 5), (5, 0)])
def test_chunks_of_nothing_are_refused(sizes):
    name = "batch_size" if sizes[0] == 0 else "seq_len"
    with refused(ValueError, f"{name} is 0; it must be 1 or more"):
        Corpus(TEXT).chunks(*sizes)


# The text that comes with the library


def test_the_default_text_is_the_one_that_its_note_describes():
    corpus = default_corpus()
    note = (files("lstm_lib") / "training" / "texts" / "README.md").read_text(encoding="utf-8")
    assert f"{len(corpus):,} characters of ASCII, {corpus.tokens} different ones" in note
    assert corpus.text.isascii()
    assert hashlib.sha256(corpus.text.encode()).hexdigest() == (
        "978dcc0e7318cd5af6978910728578c73a479e3ef3146b2af87e585ef0f36617"
    )


def test_the_default_text_is_the_whole_book_and_nothing_else():
    lines = default_corpus().text.splitlines()
    assert lines[0] == "ALICE'S ADVENTURES IN WONDERLAND" and lines[-1] == "THE END"
    assert sum(line.startswith("CHAPTER ") for line in lines) == 12
    assert all(line == line.strip() and line and "  " not in line for line in lines)
    assert not any(word in line for line in lines for word in ("Gutenberg", "EDITION", "edition"))


def test_the_default_text_is_read_once():
    assert default_corpus() is default_corpus()


def test_the_package_holds_the_default_text():
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    package = Path(str(files("lstm_lib")))
    held = patterns["tool"]["setuptools"]["package-data"]["lstm_lib"]
    texts = {path for pattern in held for path in package.glob(pattern)}
    assert package / "training" / "texts" / "alice_in_wonderland.txt" in texts


# Without PyTorch


@pytest.mark.parametrize("room", ["training", "training.tasks", "training.text"])
def test_without_pytorch_a_sentence_says_what_to_install(room):
    program = f"import sys; sys.modules['torch'] = None; import lstm_lib; import lstm_lib.{room}"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert run.stderr.splitlines()[-1] == (
        "ModuleNotFoundError: torch is not installed, and this part of lstm_lib needs it: "
        'pip install "lstm_lib[torch]"'
    )


def test_a_module_of_our_own_that_is_missing_is_no_matter_of_installation():
    with refused(ModuleNotFoundError, "No module named 'lstm_lib.none'"), needs("torch"):
        import lstm_lib.none  # noqa: F401
