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
"""What Pygments calls the words of code that ``book.css`` gives a style."""
NOT_COPIED = "linenos|gp|go"
"""What the button that copies leaves out: numbers of lines, prompts and outputs."""
WORD = re.compile(rf'<span class="(?!(?:{STYLED}|{NOT_COPIED})")[^"]+">([^<]*)</span>')


def unwrap(app, pagename, templatename, context, doctree) -> None:
    """Keep the names, numbers and signs of signatures and code, but not the element around each,
    which no style needs: on some pages they were most of what a phone had to lay out."""
    body = SIGNATURE.sub(lambda signature: unwrapped(SIGN, signature[0]), context.get("body", ""))
    context["body"] = CODE.sub(lambda code: unwrapped(WORD, code[0]), body)


def unwrapped(elements: re.Pattern, text: str) -> str:
    left = True
    while left:  # the innermost go first
        text, left = elements.subn(r"\1", text)
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
