"""What a page says of itself: a description for search engines, and its source at its foot."""

from html import escape
from pathlib import Path

from docutils import nodes
from markupsafe import Markup

from book import address, facts, link_cards
from book.contents import ROOT, chapters
from book.extension.opening import OF_THE_PAGE

MOST_LETTERS = 300
"""Letters of a description; a search engine shows about half of them."""

CARD = "card.png"
"""The picture of a link to the book; it needs the site's address."""

FRONT_DOOR = "index"
"""The page at the address of the site: it leads to the first page of the book."""

WITHOUT_TEXT = {
    "genindex": ("Index", "Every name of the library, with the page that describes it."),
    "search": ("Search", "Search the pages of the book."),
    "404": ("No such page", "This address leads nowhere in the book."),
    "_modules/index": ("Source code", "The modules of the library, with their source code."),
}
"""The pages that are made from a template: their title and what is said of them."""


def description(doctree: nodes.document) -> str:
    """The sentence under the title of a page, or the beginning of its first paragraph."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section) and not OF_THE_PAGE & {
            *paragraph["classes"]
        }:
            return shortened(" ".join(paragraph.astext().split()))
    raise ValueError("a page without a paragraph that could describe it")


def shortened(text: str) -> str:
    """As many whole sentences as a description may have, and at least one."""
    while len(text) > MOST_LETTERS and ". " in text:
        text = text.rpartition(". ")[0] + "."
    return text


def describe(app, pagename, templatename, context, doctree) -> None:
    """Add the description, and what a link to the page shows elsewhere."""
    title = Markup(context.get("title", "")).striptags()
    if doctree:
        says = description(doctree)
    elif pagename == FRONT_DOOR:
        title, says = context["docstitle"], description(app.env.get_doctree(app.config.root_doc))
    else:
        title, says = WITHOUT_TEXT.get(pagename, (title, f"The source code of {title}."))
    tags = {
        "og:title": title,
        "og:description": says,
        "og:type": "article",
        "og:site_name": str(context["docstitle"]),
    }
    if app.config.html_baseurl:
        tags["og:url"] = context["pageurl"]
        tags["og:image"] = f"{app.config.html_baseurl}_static/{card(pagename)}"
        tags["og:image:width"], tags["og:image:height"] = map(str, link_cards.SIZE)
    lines = [
        f'<meta name="description" content="{escape(says)}">',
        '<meta name="twitter:card" content="summary_large_image">',
    ]
    lines += [f'<meta property="{name}" content="{escape(text)}">' for name, text in tags.items()]
    context["metatags"] = context.get("metatags", "") + "\n".join(lines) + "\n"


def card(page: str) -> str:
    """The picture of a link to a page: a chapter has its own."""
    file = link_cards.file_of(page)
    return f"cards/{file.name}" if page in chapters() and file.exists() else CARD


def name_source(app, pagename, templatename, context, doctree) -> None:
    """Give the foot of a page (about_page.html) the links to its source, and its facts."""
    if doctree is None:
        return
    file = Path(app.env.doc2path(pagename)).relative_to(ROOT).as_posix()
    repository, branch = address.of_the_project()
    about = {"links": {}, "install": "", "facts": f"Version {facts.version()}"}
    if file.endswith(".ipynb"):
        source = context["pathto"](f"_sources/{context['sourcename']}", 1)
        about["links"] = {"download this notebook": source}
        if repository and file not in address.NOT_ALONE:
            about["install"] = address.install(repository)
        if when := facts.executed(file):
            about["facts"] += f", executed on {when}, with {facts.packages()}"
    if repository:
        about["links"] |= address.links(repository, branch, file)
    context["about"] = about


def setup(app) -> None:
    app.connect("html-page-context", describe)
    app.connect("html-page-context", name_source)
