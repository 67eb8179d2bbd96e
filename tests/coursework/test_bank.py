"""The question bank: each question has one right answer, and both formats say the same."""

import re
import zipfile
from collections import Counter
from xml.etree import ElementTree

import pytest

from book.contents import chapters
from coursework.bank import Choice, Number, export

BANK = export.bank()
CHOICES = [each for each in BANK if isinstance(each, Choice)]


def test_there_are_sixty_questions_and_five_for_each_chapter():
    assert len(BANK) >= 60
    assert len({each.question for each in BANK}) == len(BANK)
    counts = Counter(each.chapter for each in BANK)
    assert sorted(counts) == list(range(1, len(chapters()) + 1)) and min(counts.values()) >= 5


def test_those_of_the_chapters_are_among_them():
    assert len(list(export.of_the_chapters())) >= 15


@pytest.mark.parametrize("question", CHOICES, ids=lambda each: each.question[:40])
def test_each_answer_has_its_reason_and_one_is_right(question):
    assert question.right in question.answers
    assert len(question.answers) >= 2
    for text, reason in question.answers.items():
        assert text.strip() and len(reason.split()) >= 3


def test_two_right_answers_are_refused():
    with pytest.raises(ValueError, match="2 of the reasons"):
        _ = Choice(1, "Which?", {"a": "Yes.", "b": "Yes.", "c": "No."}).right


def test_the_right_answer_stands_in_no_one_place():
    places = Counter(list(each.answers).index(each.right) for each in CHOICES)
    assert min(places[k] for k in range(3)) >= 8


# GIFT

ITEM = re.compile(r"^::[\d.]+::(.*?) \{\n(.*?)\n\}$", re.M | re.S)


def bare(text):
    return re.sub(r"\\(.)", r"\1", text)


def test_gift_read_back_says_the_same():
    items = ITEM.findall(export.gift(BANK))
    assert [bare(question) for question, _ in items] == [each.question for each in BANK]
    for each, (_, lines) in zip(BANK, items, strict=True):
        parts = [re.split(r"(?<!\\)#", line[1:]) for line in lines.split("\n")]
        if isinstance(each, Number):
            number, within = lines[2:].split("#")[0].split(":")
            assert float(number) == pytest.approx(each.answer, abs=1e-4)
            assert float(within) == pytest.approx(each.within)
        else:
            assert {bare(text): bare(reason) for text, reason in parts} == each.answers
            [right] = [line for line in lines.split("\n") if line.startswith("=")]
            assert bare(right[1:]).startswith(each.right)


def test_what_means_something_in_gift_is_escaped():
    text = export.gift([Choice(1, "a = b?", {"{x}": "Yes: ~1", "#": "No.", "y": "No."})])
    assert r"a \= b?" in text and r"=\{x\}#Yes\: \~1" in text and r"~\##No." in text


# QTI


def test_the_file_for_canvas_has_all_questions_and_their_right_answers(tmp_path):
    gift, qti = export.write(tmp_path)
    assert gift.read_text(encoding="utf-8") == export.gift(BANK)
    with zipfile.ZipFile(qti) as archive:
        [name] = [n for n in archive.namelist() if re.search(r"/text2qti_assessment_\w+\.xml$", n)]
        root = ElementTree.fromstring(archive.read(name))
    space = {"q": root.tag.partition("}")[0].removeprefix("{")}
    items = root.findall(".//q:item", space)
    assert len(items) == len(BANK)
    for each, item in zip(BANK, items, strict=True):
        text = " ".join(node.text or "" for node in item.iter() if node.tag.endswith("mattext"))
        if isinstance(each, Choice):
            [right] = {
                v.text
                for c in item.findall(".//q:respcondition", space)
                if c.find("q:setvar", space) is not None
                for v in c.findall(".//q:varequal", space)
            }
            shown = item.find(f".//q:response_label[@ident='{right}']//q:mattext", space)
            assert words(shown.text) == words(each.right)
        assert words(text)[: len(words(each.question))] == words(each.question)


def words(html):
    return re.findall(r"\w+", export.plain(html))
