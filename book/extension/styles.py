"""One style sheet for the site: the theme's, the extensions' and the book's own, joined, and cut to
the rules that can apply to something.

Apart, a browser asks for ten files before it paints anything. Whole they weigh 90 kB, compressed,
most of it for parts that no page has. A rule stays if every element, class and id of its selector
is in some page, or is a word in some script.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import tinycss2
from tinycss2.ast import Node

from book.extension.in_the_browser import FOLDER as RUNNING

SHEET = "styles.css"
"""The one sheet, beside the folders of the site."""

LINK = re.compile(
    r'\s*<link\b(?=[^>]*\brel="stylesheet")[^>]*\bhref="'
    rf'([^"]*?)(_static/[^"?]+|{re.escape(SHEET)})(?:\?[^"]*)?"[^>]*>'
)
"""What a page says of a sheet: the way from the page to the site, and from there to the sheet."""

NESTED = ("media", "supports", "layer", "container")
"""The at-rules with rules inside."""


def joined(site: Path, names: Iterable[str]) -> str:
    """The sheets of these names one after the other, as one in the site's folder: what they import
    is there in its place, and their addresses lead from the new folder."""
    return "".join(part for name in names for part in parts(site, name))


def parts(site: Path, name: str) -> Iterator[str]:
    rules = tinycss2.parse_stylesheet(site.joinpath(name).read_text("utf-8"), skip_comments=True)
    folder = posixpath.dirname(name)
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword == "import":
            (address,) = (token.value for token in rule.prelude if token.type in ("string", "url"))
            yield from parts(site, posixpath.normpath(f"{folder}/{address}"))
        elif rule.type != "at-rule" or rule.lower_at_keyword != "charset":
            yield re.sub(
                r"url\(\s*([\"']?)(.*?)\1\s*\)", lambda url: moved(url, folder), rule.serialize()
            )


def moved(url: re.Match, folder: str) -> str:
    """An address of a sheet in a folder, for one outside; what is no file of the site stays."""
    address = url[2]
    if urlsplit(address).scheme or address.startswith(("#", "/")):
        return url[0]
    return f'url("{posixpath.normpath(f"{folder}/{address}")}")'


def pages(site: Path) -> Iterator[Path]:
    """Every page of the book; among the static files there are templates, too."""
    others = {site / "_static", site / RUNNING}
    return (page for page in site.rglob("*.html") if others.isdisjoint(page.parents))


def named(site: Path) -> set[str]:
    """Every element, class and id of the pages, and every word of the scripts."""
    names = {"html", "body"}
    for page in pages(site):
        text = page.read_text("utf-8")
        names.update(re.findall(r"<([a-z][\w-]*)", text))
        for values in re.findall(r'\s(?:class|id)="([^"]*)"', text):
            names.update(values.split())
        scripts = re.findall(r"<script\b[^>]*>(.*?)</script>", text, re.DOTALL)
        names.update(word for script in scripts for word in re.findall(r"[\w-]+", script))
    for script in site.joinpath("_static").rglob("*.js"):
        names.update(re.findall(r"[\w-]+", script.read_text("utf-8")))
    return names


def cut(sheet: str, names: set[str]) -> str:
    """The sheet without the rules that can apply to nothing.

    What stands within brackets in a selector, ``:not(…)``, ``:is(…)`` or ``[…]``, is not looked at.
    """
    rules = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
    return "".join(kept(rules, names))


def kept(rules: list[Node], names: set[str]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword in NESTED and rule.content:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            if text := "".join(kept(inner, names)):
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{text}}}"
        elif rule.type == "qualified-rule":
            selectors = [each for each in split(rule.prelude) if needed(each) <= names]
            if selectors:
                prelude = ",".join(tinycss2.serialize(each).strip() for each in selectors)
                yield f"{prelude}{{{tinycss2.serialize(rule.content)}}}"
        else:
            yield rule.serialize()


def split(prelude: list[Node]) -> list[list[Node]]:
    """The selectors of a rule, one by one."""
    selectors = [[]]
    for token in prelude:
        if token == ",":
            selectors.append([])
        else:
            selectors[-1].append(token)
    return selectors


def needed(selector: list[Node]) -> set[str]:
    """The elements, classes and ids that a page must have for a selector to apply."""
    found, before = set(), None
    for token in selector:
        if token.type == "hash" or (token.type == "ident" and before != ":"):
            found.add(token.value)
        before = token
    return found


def join_sheets(app, error) -> None:
    """Let every page name the one sheet in the place of all."""
    if error or app.builder.format != "html":
        return
    site = Path(app.outdir)
    texts = {page: page.read_text("utf-8") for page in pages(site)}
    found = {tuple(name for _, name in LINK.findall(text)) for text in texts.values()}
    found -= {(), (SHEET,)}  # a page that was not written anew names the one already
    if len(found) > 1:
        raise ValueError(f"pages have different style sheets, so they cannot be one: {found}")
    for names in found:
        sheet = f"/* {' '.join(names)} */\n" + cut(joined(site, names), named(site))
        site.joinpath(SHEET).write_text(sheet, "utf-8")
        version = sha256(sheet.encode()).hexdigest()[:8]
        for page, text in texts.items():
            page.write_text(with_one_link(text, version), "utf-8")


def with_one_link(page: str, version: str) -> str:
    """The page with one link to the sheet where the first to one of them was."""
    first = LINK.search(page)
    if not first:
        return page
    link = f'\n    <link rel="stylesheet" href="{first[1]}{SHEET}?v={version}">'
    return page[: first.start()] + link + LINK.sub("", page[first.end() :])


def setup(app) -> None:
    app.connect("build-finished", join_sheets, priority=800)  # after the theme has changed its own
