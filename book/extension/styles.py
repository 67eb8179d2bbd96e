"""The theme's style sheets, cut to the rules that can apply to something in the site.

Whole they weigh 65 kB, compressed, and nine tenths of it are for parts that no page has. A rule
stays if every element, class and id of its selector is in some page, or is a word in some script.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import tinycss2
from tinycss2.ast import Node

SHEETS = ("styles/pydata-sphinx-theme.css", "styles/sphinx-book-theme.css")

NESTED = ("media", "supports", "layer", "container")
"""The at-rules with rules inside."""


def whole(app, name: str) -> Path:
    """A static file as the theme has it."""
    folders = (Path(folder, "static") for folder in app.builder.theme.get_theme_dirs())
    return next(folder / name for folder in folders if (folder / name).exists())


def named(site: Path) -> set[str]:
    """Every element, class and id of the pages, and every word of the scripts."""
    static, names = site / "_static", {"html", "body"}
    for page in site.rglob("*.html"):
        if static not in page.parents:
            text = page.read_text("utf-8")
            names.update(re.findall(r"<([a-z][\w-]*)", text))
            for values in re.findall(r'\s(?:class|id)="([^"]*)"', text):
                names.update(values.split())
            scripts = re.findall(r"<script\b[^>]*>(.*?)</script>", text, re.DOTALL)
            names.update(word for script in scripts for word in re.findall(r"[\w-]+", script))
    for script in static.rglob("*.js"):
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


def cut_sheets(app, error) -> None:
    """Put the sheets that are cut in the place of the theme's."""
    if not error and app.builder.format == "html":
        names = named(Path(app.outdir))
        for name in SHEETS:
            sheet = cut(whole(app, name).read_text("utf-8"), names)
            Path(app.outdir, "_static", name).write_text(sheet, "utf-8")


def setup(app) -> None:
    app.connect("build-finished", cut_sheets)
