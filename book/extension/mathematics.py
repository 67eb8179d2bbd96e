"""Mathematics, set while the book is built: pages hold MathML, and need no script to show it.

KaTeX (the package ``pykatex``) turns each formula into MathML, which browsers draw and screen
readers read.  The font is STIX Two Math, cut to the characters of formulas; its file comes with
the package ``ziamath``, of which nothing else is used.
"""

import re
from importlib.resources import as_file, files
from pathlib import Path
from xml.etree import ElementTree

import pykatex
from docutils import nodes
from fontTools.subset import Options, Subsetter, load_font, save_font
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

FONT = "mathematics.woff2"

LETTERS = {*range(0x20, 0x7F), *range(0x391, 0x3A2), *range(0x3A3, 0x3CA), 0x3D1, 0x3D5, 0x3F5}
ITALIC = {*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C), 0x210E} - {
    0x1D455
}  # of letters that stand alone
SIGNS = set(
    map(ord, "\u00a0\u2005\u2009\u200a±·×~˜ˉˆ¯…′‖⁡⁢⁣←↑→↓↦⇒⟶⟹∂∇∈∏∑−∗∘√∞∣∥∫∼≈≠≡≤≥≪≫⊕⊗⊙⊤⋅⋯⌈⌉⌊⌋⏞⏟⟨⟩ℓℝ")
)
FUNCTION_APPLICATION = "\u2061"
CHARACTERS = LETTERS | ITALIC | SIGNS
"""The characters that formulas may have; a test looks at every page."""


def mathml(source: str, block: bool = False) -> str:
    """A formula in LaTeX as MathML. Raises a ValueError if KaTeX cannot read it."""
    try:
        markup = pykatex.renderToString(source, displayMode=block, output="mathml")
    except pykatex.ParseError as error:
        raise ValueError(f"{error}. The formula is {source!r}") from None
    namespace = ' xmlns="http://www.w3.org/1998/Math/MathML"'  # HTML knows it without
    formula, _source = ElementTree.fromstring(markup.replace(namespace, "")).find("math/semantics")
    math = ElementTree.Element("math", {"display": "block"} if block else {})
    math.append(formula)
    spaced(math)
    return ElementTree.tostring(math, encoding="unicode", short_empty_elements=False)


SCRIPTED = ("msub", "msup", "msubsup", "munder", "munderover")
NO_ROOM = {"lspace": "0", "rspace": "0"}


def spaced(math: ElementTree.Element) -> None:
    """Leave the room that TeX leaves, where browsers leave another."""
    for each in math.iter():
        if each.get("columnspacing") == "":  # what KaTeX gives one column, and Firefox warns of
            del each.attrib["columnspacing"]
        if each.tag in SCRIPTED:  # none around the minus of a subscript t-1
            for operator in (mo for script in each[1:] for mo in script.iter("mo")):
                operator.attrib |= NO_ROOM
        if each.tag == "mo" and each.text in ("∥", "∣"):
            each.attrib |= NO_ROOM
        for left, right in zip(each, each[1:], strict=False):
            if left.text == FUNCTION_APPLICATION and right.tag != "mo":
                left.set("rspace", "0.17em")  # some between tanh and C
            if right.text == "−" and left.tag == "mo" and left.text in ("(", "[", "=", ","):
                right.set("form", "prefix")  # none between a sign and its number


def as_one(source: str) -> str:
    """Several lines, or several equations with an empty line between them, as one formula."""
    lines = r" \\ ".join(part.strip() for part in source.split("\n\n") if part.strip())
    return rf"\begin{{aligned}}{lines}\end{{aligned}}" if r"\\" in lines else lines


def set_formula(translator, node, source: str, block: bool) -> str:
    try:
        return mathml(source, block)
    except ValueError as error:
        logging.getLogger(__name__).warning("mathematics: %s", error, location=node)
        return translator.encode(source)


def inline(translator, node) -> None:
    translator.body.append(translator.starttag(node, "span", "", CLASS="math"))
    translator.body.append(set_formula(translator, node, node.astext(), block=False) + "</span>")
    raise nodes.SkipNode


def display(translator, node) -> None:
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    formula = set_formula(translator, node, as_one(node.astext()), block=True)
    translator.body.append(formula + "</div>\n")
    raise nodes.SkipNode


CLOSING = re.compile(r"[.,;:!?)\]’”…]+")


def keep_together(_app, doctree, _page) -> None:
    """Let no line begin with what closes a sentence: browsers break lines after a formula."""
    for math in list(doctree.findall(nodes.math)):
        place = math.parent.index(math)
        match math.parent[place + 1 : place + 2]:
            case [nodes.Text() as text] if closing := CLOSING.match(text):
                signs, rest = text[: closing.end()], text[closing.end() :]
                parent = math.parent
                together = nodes.inline("", "", math, nodes.Text(signs), classes=["together"])
                parent[place : place + 2] = [together, nodes.Text(rest)]


def write_font(app) -> None:
    """Write the font, cut to what formulas have, where the static files of the site are."""
    target = Path(app.outdir, "_static", FONT)
    if app.builder.format != "html" or target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with as_file(files("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf") as whole:
        cut_font(whole, target, CHARACTERS)


def cut_font(whole: Path, target: Path, characters: set[int]) -> None:
    """Write a font that has only these characters, and no instructions for coarse screens."""
    # A date in the file would make each build another one.
    options = Options(flavor="woff2", layout_features=[], hinting=False, recalc_timestamp=False)
    font = load_font(whole, options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    save_font(font, target, options)


def setup(app) -> None:
    app.add_html_math_renderer("mathml", (inline, None), (display, None))
    app.connect("doctree-resolved", keep_together)
    app.connect("builder-inited", write_font)
