"""How long a page takes to read, and what it consists of, counted in its notebook.

The build prints the minutes and the number of claims under the title of a chapter or a lab, and the
tests hold the limits of both to the same counts.
"""

import re
from dataclasses import dataclass, field
from html import unescape
from math import floor
from pathlib import Path

import nbformat
from nbformat import NotebookNode

WORDS_A_MINUTE = 200
SECONDS_A_LINE = 5  # of code that is to be seen
SECONDS_A_FIGURE = 20
SECONDS_A_WIDGET = 60

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"

CLAIM = "claim"
NO_INPUT = {"hide-cell", "remove-cell", "hide-input", "remove-input", CLAIM}
"""Tags of a cell whose code is folded, or not on the page."""
NO_OUTPUT = {"hide-cell", "remove-cell", "hide-output", "remove-output"}
QUESTIONS = ("Check yourself", "Exercises")
"""The sections in which readers are asked and not told."""


@dataclass
class Reading:
    """What a reader of a page meets."""

    text: int = 0
    """Words of running text, with the captions of figures."""
    beside: int = 0
    """Words of tables, claims, questions and exercises."""
    cells: list[int] = field(default_factory=list)
    """Lines of each code cell that is to be seen; an empty line is none."""
    blocks: list[int] = field(default_factory=list)
    """Lines of each block of code that stands in the text."""
    figures: int = 0
    widgets: int = 0
    claims: list[str] = field(default_factory=list)
    """The sentence of each claim."""

    @property
    def words(self) -> int:
        """All words of the page."""
        return self.text + self.beside

    @property
    def lines(self) -> int:
        """All lines of code that are to be seen."""
        return sum(self.cells) + sum(self.blocks)

    @property
    def minutes(self) -> int:
        """How long it takes to read."""
        seconds = SECONDS_A_LINE * self.lines
        seconds += SECONDS_A_FIGURE * self.figures + SECONDS_A_WIDGET * self.widgets
        return max(1, floor(self.words / WORDS_A_MINUTE + seconds / 60 + 0.5))

    @property
    def time(self) -> str:
        """The minutes in words: "12 minutes"."""
        return f"{self.minutes} minute{'s' * (self.minutes != 1)}"

    def summary(self) -> str:
        """What is printed under the title."""
        time = f"{self.time} to read"
        return f"{time} · {counted(self.claims)}" if self.claims else time


def counted(claims: list[str]) -> str:
    """What is printed at the foot of the page: "14 claims, checked"."""
    return f"{len(claims)} claim{'s' * (len(claims) != 1)}, checked"


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def measure(notebook: NotebookNode) -> Reading:
    """Count what a notebook shows.

    Raises:
        ValueError: a claim that does not begin with its sentence, or that shows something.
    """
    found, section = Reading(), ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for title, part in sections(cell.source, section):
                section = title
                count_markdown(found, part, asks=section in QUESTIONS)
        elif cell.cell_type == "code" and cell.source.strip():
            count_code(found, cell, notebook)
    return found


def sections(markdown: str, begun: str) -> list[tuple[str, str]]:
    """Markdown cut at its headings of the second level: the heading that holds, and the text."""
    first, *parts = re.split(r"^## (.*)$", markdown, flags=re.M)
    later = zip(parts[0::2], parts[1::2], strict=True)
    return [(begun, first), *((title.strip(), f"{title}\n{text}") for title, text in later)]


def count_markdown(found: Reading, markdown: str, asks: bool) -> None:
    code = re.compile(r"^(`{3,})(?!\{)[^\n]*\n(.*?)^\1[ \t]*$", re.M | re.S)
    if not asks:
        found.blocks += [lines(block) for _, block in code.findall(markdown)]
    markdown = code.sub("", markdown)
    rows = "\n".join(re.findall(r"^[ \t]*\|.*$", markdown, re.M))
    others = re.sub(r"^[ \t]*\|.*$", "", markdown, flags=re.M)
    found.beside += words(rows.replace("|", " ")) + (words(others) if asks else 0)
    found.text += 0 if asks else words(others)


def count_code(found: Reading, cell: NotebookNode, notebook: NotebookNode) -> None:
    tags = set(cell.metadata.get("tags", ()))
    if CLAIM in tags:
        found.claims.append(claim(cell))
        found.beside += words(found.claims[-1])
    if not tags & NO_INPUT:
        found.cells.append(lines(cell.source))
    if tags & NO_OUTPUT:
        return
    found.text += words(cell.metadata.get("mystnb", {}).get("figure", {}).get("caption", ""))
    models = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    for output in cell.outputs:
        data = output.get("data", {})
        if WIDGET_VIEW in data:
            state = models.get(data[WIDGET_VIEW]["model_id"], {}).get("state", {})
            if state.get("_anywidget_id", "").endswith(".Question"):
                found.beside += words(OTHER_REASONS.sub(r"\1", state.get("static_html", "")))
            else:
                found.widgets += 1
        elif is_picture(data):
            found.figures += 1


OTHER_REASONS = re.compile(r'(?<=<label data-right="false">)(.*?)<p hidden>.*?</p>', re.S)
"""An answer that is not right, and its reason, which only those read who choose it."""


def is_picture(data: dict) -> bool:
    """Whether an output is a drawing, a plot or a table."""
    drawn = re.search("<(svg|table|img)", data.get("text/html", ""))
    return bool(drawn) or any(mime.startswith("image/") for mime in data)


def lines(code: str) -> int:
    """Lines of code that are not empty."""
    return sum(1 for line in code.splitlines() if line.strip())


def claim(cell: NotebookNode) -> str:
    """The sentence of a claim.

    Raises:
        ValueError: the cell does not begin with it, or has an output.
    """
    if cell.outputs:
        raise ValueError(f"a claim shows nothing, and this one has an output:\n{cell.source}")
    return statement(cell.source)


def statement(source: str) -> str:
    """The comment that is the first line of a claim's code.

    Raises:
        ValueError: the first line is none.
    """
    first = source.partition("\n")[0]
    sentence = first.removeprefix("#").strip()
    if not (first.startswith("#") and sentence):
        raise ValueError(f"the first line of a claim is a comment that states it:\n{source}")
    return sentence


PLAIN = [
    (r"^\$\$.*?\$\$[^\n]*", "equation"),
    (r"\$[^$\n]+\$", "symbol"),
    (r"<!--.*?-->|<[^<>]+>", " "),
    (r"^\([\w-]+\)=[ \t]*$", ""),  # the name of a place
    (r"^[ \t]*:[\w-]+:[^\n]*$", ""),  # an option of a directive
    (r"^[ \t]*(?::{3,}|`{3,})(?:\{[\w-]+\})?", ""),  # its first and its last line
    (r"\{[\w:-]+\}`([^`<]*)[^`]*`", r" \1"),  # a role: the text, without what it refers to
    (r"!\[[^\]]*\]\([^)]*\)", ""),  # an image
    (r"\[\]\([^)]*\)", "page"),  # a link that takes the title of the page
    (r"\[([^\]]*)\]\([^)]*\)", r"\1"),
    (r"^[ \t]*(?:[-*+]|\d+\.)[ \t]", ""),  # the mark of an item
]
"""What Markdown has beside its words, and what is to be counted in its place."""


def words(markdown: str) -> int:
    """The number of words in Markdown; a formula is one, and so is a reference."""
    for pattern, replacement in PLAIN:
        markdown = re.sub(pattern, replacement, markdown, flags=re.M | re.S)
    return len(re.findall(r"\S*\w\S*", unescape(markdown)))


MINUTE = re.compile(
    r"\A:::\{admonition\} In one minute\n:class: in-one-minute\n(.*?)^:::\s*\Z", re.M | re.S
)


def in_one_minute(source: str) -> str | None:
    """The text of the box "In one minute"; None if the Markdown is not that box alone."""
    found = MINUTE.match(source)
    return found and found[1].strip()


def title(notebook: NotebookNode) -> str:
    """The title of a page."""
    return notebook.cells[0].source.partition("\n")[0].removeprefix("#").strip()


def promise(notebook: NotebookNode) -> str | None:
    """The sentence in italics under the title; None if something else stands there."""
    found = re.match(r"# [^\n]+\n+\*(?!\*)(.+)\*\s*\Z", notebook.cells[0].source, re.S)
    return found and " ".join(found[1].split())
