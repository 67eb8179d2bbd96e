"""The bank in the formats of Moodle (GIFT) and of Canvas (QTI, written by text2qti)."""

import ast
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import nbformat

from book.contents import chapters, notebook
from coursework.bank import Choice, Number
from coursework.bank.choices import CHOICES
from coursework.bank.numbers import NUMBERS

TITLE = "Understanding LSTM Networks"


def bank() -> list[Choice | Number]:
    """All questions, chapter by chapter: those that the chapters ask, then those of the bank."""
    questions = [*of_the_chapters(), *CHOICES, *NUMBERS]
    return sorted(questions, key=lambda question: question.chapter)


def of_the_chapters() -> Iterator[Choice]:
    """The questions of the chapters' widgets, from the cells that show them."""
    for number, chapter in enumerate(chapters(), 1):
        for cell in nbformat.read(notebook(chapter), as_version=4).cells:
            if cell.cell_type == "code" and re.match(r"Question\(", cell.source):
                call = ast.parse(cell.source).body[0].value
                question, answers = (ast.literal_eval(each) for each in call.args)
                told = {plain(text): plain(reason) for text, reason in answers.items()}
                yield Choice(number, plain(question), told)


def plain(html: str) -> str:
    """A text without the marks of HTML."""
    return unescape(re.sub(r"<[^>]+>", "", html))


# GIFT


def gift(questions: list[Choice | Number]) -> str:
    """The questions as Moodle imports them, a category for each chapter."""
    parts, chapter = [], 0
    for number, each in enumerate(questions, 1):
        if each.chapter != chapter:
            chapter = each.chapter
            parts.append(f"$CATEGORY: {TITLE}/Chapter {chapter}")
        if isinstance(each, Number):
            lines = [f"#={each.answer:g}:{each.within:g}#{safe(each.reason)}"]
        else:
            lines = [
                f"{'=' if text == each.right else '~'}{safe(text)}#{safe(reason)}"
                for text, reason in each.answers.items()
            ]
        name = f"::{chapter}.{number}::"
        parts.append("\n".join([f"{name}{safe(each.question)} {{", *lines, "}"]))
    return "\n\n".join(parts) + "\n"


def safe(text: str) -> str:
    """A text whose characters mean nothing in GIFT."""
    return re.sub(r"([~=#{}:\\])", r"\\\1", text)


# QTI


def as_text(questions: list[Choice | Number]) -> str:
    """The questions as text2qti reads them."""
    parts = [f"Quiz title: {TITLE}"]
    for number, each in enumerate(questions, 1):
        lines = [f"{number}. {escaped(each.question)}"]
        if isinstance(each, Number):
            lines += [f"... {escaped(each.reason)}", f"= {each.answer:g} +- {each.within:g}"]
        else:
            for letter, (text, reason) in zip("abcdefgh", each.answers.items(), strict=False):
                mark = "*" if text == each.right else ""
                lines += [f"{mark}{letter}) {escaped(text)}", f"... {escaped(reason)}"]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """A text whose characters mean nothing in Markdown, on one line."""
    return re.sub(r"([\\`*_\[\]$<])", r"\\\1", " ".join(text.split()))


def write(folder: Path) -> list[Path]:
    """Write ``bank.gift`` for Moodle and ``bank.zip`` for Canvas."""
    from text2qti.config import Config  # here: GIFT needs it not
    from text2qti.qti import QTI
    from text2qti.quiz import Quiz

    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "bank.gift", folder / "bank.zip"
    paths[0].write_text(gift(bank()), encoding="utf-8")
    config = Config()
    config["run_code_blocks"] = False
    QTI(Quiz(as_text(bank()), config=config)).save(paths[1])
    return list(paths)
