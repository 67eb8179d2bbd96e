"""A claim is one line on the page: a mark, the sentence, and the code that checks it in a fold.

It is a code cell with the tag ``claim``, whose first line is a comment that states it, and which
shows nothing when it runs.
"""

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from book.reading import CLAIM, statement

logger = logging.getLogger(__name__)


class Claim(nodes.General, nodes.Element):
    """The fold: a statement, then its code."""


class Statement(nodes.General, nodes.TextElement):
    """The sentence of a claim."""


class Claims(SphinxTransform):
    """Replace each cell that is a claim."""

    default_priority = 400

    def apply(self, **kwargs) -> None:
        for cell in list(self.document.findall(is_claim)):
            try:
                cell.replace_self(claim(cell))
            except ValueError as error:
                logger.warning(f"cell [{cell['exec_count']}]: {error}", location=cell)


def is_claim(node: nodes.Node) -> bool:
    return (
        isinstance(node, nodes.container)
        and node.get("nb_element") == "cell_code"
        and CLAIM in node["cell_metadata"].get("tags", ())
    )


def claim(cell: nodes.container) -> Claim:
    """The line that a cell becomes. Its sentence is not repeated in its code.

    Raises:
        ValueError: a cell that does not begin with a sentence, or that shows something.
    """
    shown, *outputs = cell.children
    if outputs:
        raise ValueError("a claim shows nothing, and this one has an output")
    (code,) = shown.findall(nodes.literal_block)
    sentence = statement(code.astext())
    checks = code.astext().partition("\n")[2].strip("\n")
    code.rawsource = checks
    code.children = [nodes.Text(checks)]
    return Claim("", Statement("", sentence), shown)


def open_claim(translator, node) -> None:
    translator.body.append('<details class="claim">')


def close_claim(translator, node) -> None:
    translator.body.append("</details>\n")


def open_statement(translator, node) -> None:
    mark = '<span class="tick" role="img" aria-label="checked">\N{CHECK MARK}</span>'
    translator.body.append(f"<summary>{mark} <span>")


def close_statement(translator, node) -> None:
    translator.body.append("</span></summary>\n")


def setup(app) -> None:
    app.add_transform(Claims)
    app.add_node(Claim, html=(open_claim, close_claim))
    app.add_node(Statement, html=(open_statement, close_statement))
