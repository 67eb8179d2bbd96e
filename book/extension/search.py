"""The search of the site: a list of the sections of all pages, written while the book is built.

``search.js`` loads it when a reader searches, as a script, because a page from the disk may not
read a file. A section is its address, its title and its text, in which formulas are symbols; the
text of drawings, code and what code printed are left out.
"""

import json
from itertools import pairwise
from pathlib import Path
from unicodedata import normalize
from xml.etree import ElementTree

from docutils import nodes
from sphinx import addnodes

from book.contents import chapter_of, chapters, number
from book.extension.claims import Claim, Statement
from book.extension.mathematics import as_one, mathml
from book.extension.opening import OF_THE_PAGE

INDEX = "search-index.js"
BEGINNING = "window.searchIndex = "

CHAPTER, LAB, OTHER, LIBRARY = range(4)
"""The kinds of pages, in the order in which they are found."""

FURNITURE = OF_THE_PAGE | {"toctree-wrapper"}
WITHOUT_TEXT = (nodes.raw, nodes.image, nodes.comment, nodes.system_message, nodes.doctest_block)
WITHOUT_TEXT += (
    nodes.substitution_definition,
    addnodes.toctree,
    addnodes.index,
    addnodes.desc_signature,
)
SECTIONS = (nodes.section, addnodes.desc, nodes.citation)

LOWERED = dict(zip("0123456789+−aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
RAISED = dict(zip("0123456789+−⊤Tn", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵀᵀⁿ", strict=True))
ACCENTS = {"~": "\u0303", "˜": "\u0303", "^": "\u0302", "ˆ": "\u0302", "ˉ": "\u0304", "¯": "\u0304"}
SPACED = set("=+−⊙·×~≈≠≡≤≥<>≪≫∈→←↦⊕⊗∼⋅")


def kind(page: str) -> int:
    """What a page is, by its name in the contents."""
    if page in chapters():
        return CHAPTER
    if chapter_of(page):
        return LAB
    return LIBRARY if page.startswith("book/api/") else OTHER


def sections(doctree: nodes.document) -> list[list[str]]:
    """The sections of a page: anchor, title and text of each. The first is the page itself."""
    found = []

    def collect(node) -> None:
        anchor, title = named(node)
        inside: list[nodes.Node] = []
        text = " ".join(plain(child, inside) for child in node.children)
        found.append([anchor, title, " ".join(normalize("NFC", text).split())])
        for each in inside:
            collect(each)

    for section in doctree.children:
        if isinstance(section, nodes.section):
            collect(section)
    return found


def named(node) -> tuple[str, str]:
    """The anchor and the title of a section, an entry of the library, or a source."""
    if isinstance(node, nodes.section):
        return node["ids"][0], " ".join(plain(node[0], [], title=True).split())
    if isinstance(node, nodes.citation):
        return node["ids"][0], ""
    signature = node[0]
    return (signature["ids"] or [""])[0], signature.get("fullname", signature.astext())


def plain(node, inside: list, title: bool = False) -> str:
    """The text of a node. The sections in it are put into ``inside`` instead."""
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, SECTIONS):
        inside.append(node)
        return ""
    if isinstance(node, (nodes.math, nodes.math_block)):
        return readable(node.astext(), isinstance(node, nodes.math_block))
    if isinstance(node, WITHOUT_TEXT) or FURNITURE & {*node.get("classes", ())}:
        return ""
    if isinstance(node, nodes.title) and isinstance(node.parent, nodes.section) and not title:
        return ""
    children = node.children
    if isinstance(node, Claim):
        children = [child for child in children if isinstance(child, Statement)]
    elif node.get("nb_element") == "cell_code":
        children = list(node.findall(nodes.caption))
    between = "" if isinstance(node, (nodes.TextElement, nodes.Inline)) else " "
    return between.join(plain(child, inside) for child in children)


def readable(source: str, block: bool = False) -> str:
    """A formula in LaTeX as a line of symbols: ``hₜ = oₜ ⊙ tanh Cₜ``."""
    try:
        formula = ElementTree.fromstring(mathml(as_one(source) if block else source, block))
    except ValueError:  # the page says it
        return ""
    return " ".join(symbols(formula).split())


def symbols(node: ElementTree.Element) -> str:
    """The symbols of a piece of MathML."""
    if len(node) == 0:
        text = normalize("NFKC", node.text or "").replace("\u2061", " ").replace("\u2062", "")
        return f" {text} " if node.tag == "mo" and text in SPACED else text
    parts = [symbols(child) for child in node]
    if node.tag == "msub":
        return parts[0] + script(parts[1], "_", LOWERED)
    if node.tag == "msup":
        return parts[0] + script(parts[1], "^", RAISED)
    if node.tag == "msubsup":
        return parts[0] + script(parts[1], "_", LOWERED) + script(parts[2], "^", RAISED)
    if node.tag == "mover" and parts[1].strip() in ACCENTS:
        return normalize("NFC", parts[0] + ACCENTS[parts[1].strip()])
    if node.tag == "mfrac":
        return "/".join(f"({part})" if " " in part.strip() else part for part in parts)
    if node.tag == "msqrt":
        return f"√({''.join(parts)})"
    if node.tag in ("mtr", "mtable"):
        return " ".join(parts)
    if all(child.get("mathvariant") == "normal" for child in node):  # the letters of one word
        return "".join(parts)
    return "".join(apart(*pair) for pair in pairwise([*parts, ""]))


def apart(left: str, right: str) -> str:
    """A part of a formula, with a space before the next if their letters would run together."""
    letters = left[-1:].isalpha() or left[-1:] in {*LOWERED.values(), *RAISED.values(), "}"}
    return f"{left} " if letters and right[:1].isalpha() else left


def script(text: str, mark: str, small: dict[str, str]) -> str:
    """A subscript or superscript, in small letters if there are any."""
    text = text.replace(" ", "")
    if {*text} <= {*small}:
        return "".join(small[sign] for sign in text)
    return mark + text if len(text) == 1 else f"{mark}{{{text}}}"


def collect(app, doctree: nodes.document, page: str) -> None:
    """Note the sections of a page that is written."""
    if app.builder.format == "html":
        app.pages_to_search[page] = sections(doctree)


def begin(app) -> None:
    app.pages_to_search = {}


def write(app, problem) -> None:
    """Write the list; of a page that was not written now it keeps what it has."""
    if app.builder.format != "html" or problem:
        return
    target = Path(app.outdir, "_static", INDEX)
    kept = {}
    if target.exists():
        stored = target.read_text(encoding="utf-8").removeprefix(BEGINNING).removesuffix(";\n")
        kept = {address: rest for address, *rest in json.loads(stored)}
    listed = []
    for page in sorted(app.env.found_docs):
        address = app.builder.get_target_uri(page)
        if page in app.pages_to_search:
            found = app.pages_to_search[page]
            if page in chapters():
                found[0][1] = f"Chapter {number(page)}. {found[0][1]}"
            listed.append([address, kind(page), [each for each in found if any(each[1:])]])
        elif address in kept:
            listed.append([address, *kept[address]])
    text = json.dumps(listed, ensure_ascii=False, separators=(",", ":"))
    target.write_text(f"{BEGINNING}{text};\n", encoding="utf-8")


def setup(app) -> None:
    app.add_js_file("search.js")
    app.connect("builder-inited", begin)
    app.connect("doctree-resolved", collect, priority=900)  # when citations have their words
    app.connect("build-finished", write)
