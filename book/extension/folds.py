"""Folded cells, and folded Markdown, as plain ``<details>`` that need no script.

A cell with the tag ``hide-cell`` or ``hide-input`` takes its summary from its metadata,
``{"mystnb": {"code_prompt_show": "Solution"}}``; Markdown folds with ``:::{dropdown} Solution``.
"""

from html import escape

from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.util.docutils import SphinxDirective


class Dropdown(SphinxDirective):
    """Markdown under a summary, which is plain text."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list:
        fold = HideCodeCellNode(prompt_show=self.arguments[0])
        self.state.nested_parse(self.content, self.content_offset, fold)
        return [fold]


def open_fold(translator, node) -> None:
    """Start the fold with its summary; the browser's triangle says whether it is open."""
    summary = escape(node["prompt_show"])
    translator.body.append(f'<details class="folded"><summary>{summary}</summary>\n')


def close_fold(translator, node) -> None:
    """End the fold."""
    translator.body.append("</details>\n")


def setup(app) -> None:
    app.add_node(HideCodeCellNode, override=True, html=(open_fold, close_fold))
    app.add_directive("dropdown", Dropdown)
