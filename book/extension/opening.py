"""How a chapter or a lab begins and ends on the site: its number is Sphinx's own.

Under the title stands how long the page takes to read and how many claims it checks; a lab says
that it is one, and names its chapter. At the foot the claims are counted once more. The box *In one
minute* and its picture lie side by side where there is room, on every page that has them.
"""

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from book.contents import chapter_of, chapters, notebook, number
from book.reading import counted, measure, read, title

logger = logging.getLogger(__name__)

OF_THE_PAGE = frozenset({"reading", "run-here", "counted"})
"""The classes of paragraphs that say something of a page, and are none of its text."""


class Opening(SphinxTransform):
    """Complete the page of a chapter or of a lab."""

    default_priority = 500

    def apply(self, **kwargs) -> None:
        name = self.env.docname
        chapter = chapter_of(name)
        for section in list(self.document.findall(nodes.section)):
            pair(section)
        if name not in chapters() and chapter is None:
            return
        page = next(self.document.findall(nodes.section))
        try:
            reading = measure(read(notebook(name)))
        except ValueError as error:
            logger.warning(str(error), location=name)
            return
        if reading.claims:
            page.append(nodes.paragraph("", counted(reading.claims), classes=["counted"]))
        facts = [nodes.Text(reading.summary())]
        if chapter:
            page[0].insert(0, nodes.inline("", "Lab: ", classes=["lab-mark"]))
            facts = [
                nodes.Text("A lab of "),
                self.link(chapter),
                nodes.Text(" · optional · "),
                *facts,
            ]
        paragraphs = [k for k, node in enumerate(page) if isinstance(node, nodes.paragraph)]
        under = paragraphs[0] + 1 if paragraphs else 1
        page.insert(under, nodes.paragraph("", "", *facts, classes=["reading"]))

    def link(self, chapter: str) -> addnodes.pending_xref:
        """The number of a chapter and its title, as a link."""
        words = f"chapter {number(chapter)}, {title(read(notebook(chapter)))}"
        self.env.note_dependency(str(notebook(chapter)))
        return addnodes.pending_xref(
            "",
            nodes.inline("", words),
            refdomain="std",
            reftype="doc",
            reftarget=f"/{chapter}",
            refdoc=self.env.docname,
            refexplicit=True,
            refwarn=True,
        )


def pair(section: nodes.section) -> None:
    """Put the box *In one minute* and the cell after it, or else before it, into one element."""
    for k, box in enumerate(section):
        if "in-one-minute" in box.get("classes", ()):
            first = k if is_cell(section[k + 1 : k + 2]) else k - 1
            if is_cell(section[first : first + 2]):
                both = section[first : first + 2]
                section[first : first + 2] = [nodes.container("", *both, classes=["opening"])]
            return


def is_cell(found: list[nodes.Element]) -> bool:
    return any("cell" in node.get("classes", ()) for node in found)


def setup(app) -> None:
    app.add_transform(Opening)
