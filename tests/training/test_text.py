"""A text is read as it is, in an order that a state can be carried through."""

import hashlib
from importlib.metadata import version

import pytest
import torch
from refusal import refused
from stored import ROOT

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


def test_bytes_that_are_not_utf8_are_refused_with_their_place(tmp_path):
    path = written(tmp_path, "one\ntwo café".encode("latin-1") + b" three")
    with refused(
        ValueError,
        f"{path} is not UTF-8: byte 11, in line 2, is 0xe9 (invalid continuation byte); "
        "save the file as UTF-8 first",
    ):
        Corpus.from_file(path)


def test_the_place_counts_a_byte_order_mark(tmp_path):
    path = written(tmp_path, b"\xef\xbb\xbfab\xff")
    with pytest.raises(ValueError, match=r"byte 5, in line 1, is 0xff"):
        Corpus.from_file(path)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(tmp_path, content):
    path = written(tmp_path, content)
    with refused(ValueError, f"{path} is empty: there is nothing to learn from it"):
        Corpus.from_file(path)


def test_an_empty_text_is_refused():
    with refused(ValueError, "the text is empty: there is nothing to learn from it"):
        Corpus("")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="none.txt"):
        Corpus.from_file(tmp_path / "none.txt")


def test_an_unknown_character_is_answered_with_those_that_are_there():
    with refused(ValueError, "no character 'z' here; there is ' ', 'a', 'b'"):
        Corpus("a b").encode("abz")


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
        "it would need 7",
    ):
        Corpus("abcdef").chunks(batch_size=2, seq_len=3)


@pytest.mark.parametrize("sizes", [(0, 5), (5, 0)])
def test_chunks_of_nothing_are_refused(sizes):
    name = "batch_size" if sizes[0] == 0 else "seq_len"
    with refused(ValueError, f"{name} is 0; it must be 1 or more"):
        Corpus(TEXT).chunks(*sizes)


# The text that every environment has


PINNED = ROOT / "requirements.txt"


def test_the_default_text_is_the_same_bytes_on_every_machine():
    assert f"\nnetworkx=={version('networkx')} " in PINNED.read_text(encoding="utf-8"), (
        "this environment is not the one of requirements.txt"
    )
    text = default_corpus().text.encode()
    assert hashlib.sha256(text).hexdigest() == (
        "21a087d88f7d1ab4208651d108f670d1fbe9bafe6bf982f8c029a01cbc7dd63d"
    )


def test_the_default_text_is_plain_english_of_some_length():
    corpus = default_corpus()
    assert 100_000 < len(corpus) < 500_000
    assert 30 < corpus.tokens < 70
    words = corpus.text.lower().split()
    assert 0.05 < words.count("the") / len(words) < 0.15
    lines = corpus.text.splitlines()
    assert len(set(lines)) == len(lines)
    assert all(line[0].isupper() and line[-1] == "." for line in lines)


def test_the_default_text_is_read_once():
    assert default_corpus() is default_corpus()
