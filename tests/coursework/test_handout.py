"""The handout is the library's drawing without its words, and fits on a sheet."""

import re
from xml.etree import ElementTree as ET

from pages import HTML, offline, parsed
from stored import ROOT

from coursework import handout
from lstm_lib import diagrams
from lstm_lib.diagrams.drawing import SVG

SHEET = ET.fromstring(handout.empty(diagrams.lstm()))
FULL = ET.fromstring(diagrams.lstm().svg)


def drawn(root):
    """Every shape that is no sign and no name, with its place."""
    for part in root.iter(f"{{{SVG}}}g"):
        kind = part.get("class").removeprefix("part ").split()[0]
        for shape in part if kind != "label" else ():
            if shape.tag != f"{{{SVG}}}text" and shape.get("class") != "sign":
                yield kind, shape.tag, dict(shape.attrib)


def parts(root, kind):
    return [part for part in root.iter(f"{{{SVG}}}g") if kind in part.get("class").split()]


def test_it_is_what_the_library_draws():
    assert handout.FILE.read_text(encoding="utf-8") == handout.handout(), (
        "write it again: python -m coursework.handout"
    )


def test_every_wire_box_and_circle_stands_where_it_stands_in_the_drawing():
    assert list(drawn(SHEET)) == list(drawn(FULL))
    shapes = diagrams.lstm().shapes
    for kind in ("layer", "operation", "wire", "dot"):
        found = [shape for shape in shapes if shape.kind == kind]
        assert len(parts(SHEET, kind)) == len(found) > 0


def test_each_name_has_a_line_in_its_place():
    lines = [part.find(f"{{{SVG}}}path").get("d") for part in parts(SHEET, "label")]
    names = [shape.points[0] for shape in diagrams.lstm().shapes if shape.kind == "label"]
    assert len(lines) == len(names) == 10
    for line, (x, y) in zip(lines, names, strict=True):
        at, height = map(float, re.match(r"M(\S+) (\S+)h", line).groups())
        assert height == y and at <= x <= at + handout.LINE


def test_it_gives_no_answer_away():
    assert not list(SHEET.iter(f"{{{SVG}}}text"))
    hues = {word for part in SHEET.iter() for word in part.get("class", "").split()}
    assert {hue for hue in hues if hue.startswith("q-")} == {"q-hidden"}
    said = " ".join(SHEET.find(f"{{{SVG}}}{tag}").text for tag in ("title", "desc"))
    assert not re.search("forget|input|candidate|output|tanh|sigmoid|cell state", said)
    kept = {name for part in SHEET.iter() for name in part.attrib if name.startswith("data-")}
    assert not kept


def test_it_is_one_sheet_of_a4(browser):
    with offline(browser, color_scheme="dark") as context:
        page = context.new_page()
        page.goto(handout.FILE.as_uri())
        sheet = page.pdf(prefer_css_page_size=True)
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    [box] = re.findall(rb"/MediaBox\s*\[0 0 (\S+) (\S+)\]", sheet)
    assert [round(float(side)) for side in box] == [595, 842]


def test_the_page_for_instructors_links_it(site_folder):
    page = parsed("book/teaching.html")
    [link] = page.select("a[href$='handout.html']")
    there = (HTML / "book" / link["href"]).resolve()
    assert there.read_bytes() == (ROOT / "book" / "static" / "handout.html").read_bytes()
