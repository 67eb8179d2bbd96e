"""Pages have valid ARIA roles and headers, name what unfolds, and have all style in the head.

Signatures and code have no element around what has no style. A listing of code goes without the
list of all pages, which would be larger than most listings.
"""

import re


def mend_roles(app, pagename, templatename, context, doctree) -> None:
    """Remove two roles of the bibliography: the list may not contain entries of that role."""
    for role in ('role="list" ', ' role="doc-biblioentry"'):
        context["body"] = context.get("body", "").replace(role, "")


EMPTY_HEADER = re.compile(r"<th[^>]*>(<p></p>)?</th>")


def mend_headers(app, pagename, templatename, context, doctree) -> None:
    """The empty corner of a table is no header: a screen reader would read one without a name."""
    context["body"] = EMPTY_HEADER.sub("<td></td>", context.get("body", ""))


SIGNATURE = re.compile(r'<dt class="sig.*?</dt>', re.DOTALL)
SIGN = re.compile(r'<span class="(?:pre|[nwp])">((?:[^<]|<a [^>]*>[^<]*</a>)*)</span>')
CODE = re.compile(r'<div class="highlight">.*?</pre>', re.DOTALL)
STYLED = "k|kn|kd|kr|kc|ow|nc|nf|c|c1|cm|sd|s|s1|s2|sa|si|se"
"""The kinds of words that ``book.css`` sets in another way."""
NOT_COPIED = "gp|go"
"""Prompts and outputs, which the button that copies leaves out."""
WORD = re.compile(rf'<span class="(?!(?:{STYLED}|{NOT_COPIED})")[^"]+">([^<]*)</span>')


def unwrap(app, pagename, templatename, context, doctree) -> None:
    """Take away the elements around names, numbers and signs in signatures and code, which have no
    style: they are half of all elements, and a phone needs as long again to show them."""
    body = SIGNATURE.sub(lambda found: without(SIGN, found[0]), context.get("body", ""))
    context["body"] = CODE.sub(lambda found: without(WORD, found[0]), body)


def without(elements: re.Pattern, text: str) -> str:
    found = True
    while found:  # the innermost go first
        text, found = elements.subn(r"\1", text)
    return text


STYLE = re.compile(r"<style\b[^>]*>.*?</style>", re.DOTALL)


def lift_styles(app, pagename, templatename, context, doctree) -> None:
    """Put the style sheets of the outputs into the head, each of them once: for every one that it
    meets further down, a browser styles the page anew. The layout writes ``output_styles``."""
    body = context.get("body", "")
    context["output_styles"] = "".join(dict.fromkeys(STYLE.findall(body)))
    context["body"] = STYLE.sub("", body)


def name_folds(app, pagename, templatename, context, doctree) -> None:
    """Give the folds of the sidebar a name; the theme's have a picture only."""
    made = context.get("generate_toctree_html")

    def with_names(*args, **settings):
        contents = made(*args, **settings)
        for fold in contents.select("summary"):
            fold["aria-label"] = f"Pages under {fold.find_parent('li').a.get_text()}"
        return contents

    if made:
        context["generate_toctree_html"] = with_names


def shorten_listings(app, pagename, templatename, context, doctree) -> None:
    """Of the sidebar, show the title and the search alone."""
    if pagename.startswith("_modules/"):
        context["sidebars"] = ["masthead.html"]


def setup(app) -> None:
    app.connect("html-page-context", shorten_listings, priority=400)  # before the theme makes them
    app.connect("html-page-context", mend_roles)
    app.connect("html-page-context", mend_headers)
    app.connect("html-page-context", unwrap)
    app.connect("html-page-context", lift_styles)
    app.connect("html-page-context", name_folds, priority=900)
