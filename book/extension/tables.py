"""A wide table becomes a list on a phone: each row an item, each cell under its column's name.

A table whose columns fit side by side stays one. Which is which is estimated here from the words;
the tests of the site measure that no table of any page is wider than its window.
"""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

LETTERS = 46
"""Letters that the columns of a table have together on a phone."""
ENOUGH = 12
"""Letters that hold a cell of several words without making it a ribbon of single words."""


class Tables(SphinxPostTransform):
    """Mark the tables that become lists, and give their cells the names of the columns."""

    formats = ("html",)
    default_priority = 900

    def run(self, **kwargs) -> None:
        for table in self.document.findall(nodes.table):
            rows = [list(row) for row in table.findall(nodes.row)]
            if next(table.findall(nodes.thead), None) and letters(rows) > LETTERS:
                table["classes"].append("stacks")
                names = [in_a_line(cell) for cell in rows[0]]
                for row in rows[1:]:
                    for name, cell in list(zip(names, row, strict=True))[1:]:
                        label(cell, name)


def letters(rows: list[list[nodes.entry]]) -> int:
    """How many letters the columns need side by side."""
    columns = zip(*([cell.astext() for cell in row] for row in rows), strict=True)
    return sum(max(map(room, column)) + 1 for column in columns)


def room(text: str) -> int:
    """The letters of the longest word, or of the whole text if it is short."""
    longest = max(map(len, text.split()), default=0)
    return max(longest, min(len(text), ENOUGH))


def in_a_line(cell: nodes.entry) -> list[nodes.Node]:
    """What a cell says, without line breaks, which are raw HTML."""
    said = cell[0].children if len(cell) else []
    return [nodes.Text(" ") if isinstance(each, nodes.raw) else each for each in said]


def label(cell: nodes.entry, name: list[nodes.Node]) -> None:
    if name and len(cell):
        copies = [each.deepcopy() for each in name]
        cell[0].insert(0, nodes.inline("", "", *copies, nodes.Text(" "), classes=["column"]))


def setup(app) -> None:
    app.add_post_transform(Tables)
