"""The first use of a word of the glossary, on the page of a chapter or a lab, is a link to it.

Not linked: words of the glossary that are everyday words too, and on the page of a chapter those
that it explains itself.
"""

import re
from functools import cache
from typing import NamedTuple

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

from book.contents import ROOT, chapter_of, chapters
from book.extension.claims import Claim
from book.extension.opening import OF_THE_PAGE

PAGE = "book/glossary"
EVERYDAY = {"gap", "step", "unit", "update"}

WITHOUT_LINKS = (nodes.title, nodes.reference, addnodes.pending_xref, nodes.emphasis, nodes.literal)
WITHOUT_LINKS += (nodes.math, nodes.math_block, nodes.FixedTextElement, nodes.raw, nodes.caption)
WITHOUT_LINKS += (nodes.legend, nodes.table, nodes.system_message, nodes.comment, Claim)
NO_PROSE = OF_THE_PAGE | {"cell_output"}


class Term(NamedTuple):
    """A word of the glossary, and the chapter that explains it."""

    word: str
    chapter: str


@cache
def terms() -> list[Term]:
    """The glossary, in its order; several words may have one explanation."""
    text = (ROOT / f"{PAGE}.md").read_text(encoding="utf-8")
    _, _, entries = text.partition(":::{glossary}\n")
    found = []
    for entry in entries.partition("\n:::")[0].split("\n\n"):
        chapter = re.search(r"\(\.\./(notebooks/\w+)\.ipynb\)", entry)[1]
        words = [line for line in entry.splitlines() if line and not line.startswith(" ")]
        found += [Term(word, chapter) for word in words]
    return found


class Terms(SphinxTransform):
    """Link the words."""

    default_priority = 600  # when cells have become claims, and the page has its opening

    def apply(self, **kwargs) -> None:
        page = self.env.docname
        if page not in chapters() and chapter_of(page) is None:
            return
        self.env.note_dependency(str(ROOT / f"{PAGE}.md"))
        left = {
            term.word.lower(): term.word
            for term in terms()
            if term.word not in EVERYDAY and term.chapter != page
        }
        # All words are looked for, so that "forget gate" is no use of "gate".
        longest_first = sorted((term.word for term in terms()), key=len, reverse=True)
        words = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest_first)
        pattern = re.compile(rf"(?<![\w-])({words})(?=s?(?![\w-]))", re.IGNORECASE)
        for text in list(self.document.findall(nodes.Text)):
            if may_link(text):
                text.parent.replace(text, list(self.linked(text.astext(), pattern, left)))

    def linked(self, text: str, pattern: re.Pattern, left: dict[str, str]):
        """The pieces of a text, in which words that are left for this page are links."""
        done = 0
        for match in pattern.finditer(text):
            term = left.pop(" ".join(match[1].lower().split()), None)
            if term:
                yield nodes.Text(text[done : match.start()])
                yield self.link(term, match[1])
                done = match.end()
        yield nodes.Text(text[done:])

    def link(self, term: str, words: str) -> addnodes.pending_xref:
        return addnodes.pending_xref(
            "",
            nodes.inline("", words, classes=["term"]),
            refdomain="std",
            reftype="term",
            reftarget=term,
            refdoc=self.env.docname,
            refexplicit=True,
            refwarn=True,
        )


def may_link(text: nodes.Text) -> bool:
    """Whether a text is prose, and no link, heading, code, caption, table or fold."""
    node = text.parent
    if not isinstance(node, (nodes.paragraph, nodes.strong)):
        return False
    while node.parent is not None:
        classes = node.get("classes", ())
        if isinstance(node, WITHOUT_LINKS) or NO_PROSE & {*classes}:
            return False
        if type(node).__name__ == "HideCodeCellNode":
            return False
        node = node.parent
    return True


def setup(app) -> None:
    app.add_transform(Terms)
