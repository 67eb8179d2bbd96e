"""What a link to the glossary or the bibliography leads to is on the page itself, too.

Each text that a page needs is a hidden box at its end. It describes its links to a screen reader,
and ``previews.js`` shows it beside a link that is pointed at or has the focus.
"""

import re
from html import escape

from docutils import nodes

from book.extension.search import plain

SOURCES = ("book/glossary", "book/bibliography")
LINK = re.compile(r'<a [^>]*\bhref="(?:[^"#]*/)?(?:glossary|bibliography)\.html#([^"]+)"[^>]*')
TITLE = re.compile(r' title="[^"]*"')


def texts(app) -> dict[str, str]:
    """What stands in the glossary and the bibliography, by its anchor."""
    if not hasattr(app, "texts_to_preview"):
        app.texts_to_preview = {}
        for page in SOURCES:
            if page in app.env.found_docs:
                doctree = app.env.get_and_resolve_doctree(page, app.builder)
                app.texts_to_preview |= dict(entries(doctree))
    return app.texts_to_preview


def entries(doctree: nodes.document):
    """The anchors of a page's words and sources, each with its text; formulas are symbols."""
    for item in doctree.findall(nodes.definition_list_item):
        text = plain(item[-1], [])
        for term in item.findall(nodes.term):
            for anchor in term["ids"]:
                yield anchor, " ".join(text.split())
    for source in doctree.findall(nodes.citation):
        text = plain(source[-1], [])
        for anchor in source["ids"]:
            yield anchor, " ".join(text.split())


def add(app, pagename, templatename, context, doctree) -> None:
    """Tie each link to its box, and add the boxes to the end of the page."""
    if doctree is None or pagename in SOURCES or not LINK.search(context["body"]):
        return
    known, used = texts(app), {}

    def tied(link: re.Match) -> str:
        anchor = link[1]
        if anchor not in known:
            return link[0]
        used[anchor] = known[anchor]
        without_title = TITLE.sub("", link[0])  # the browser would show it, too
        return f'{without_title} aria-describedby="preview-{anchor}"'

    body = LINK.sub(tied, context["body"])
    boxes = (
        f'<div class="preview" id="preview-{anchor}" role="tooltip" popover="manual">'
        f"{escape(text, quote=False)}</div>"
        for anchor, text in used.items()
    )
    context["body"] = "\n".join([body, *boxes])


def setup(app) -> None:
    app.connect("html-page-context", add)
