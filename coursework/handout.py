"""The handout: the LSTM's drawing with empty boxes and no names, and room for its six lines, to be
filled in with a pencil; one sheet of A4.

    python -m coursework.handout

writes ``book/static/handout.html``, which the page for instructors links. It is the library's own
drawing: every wire, box and circle stands where it stands there.
"""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

from lstm_lib import diagrams
from lstm_lib.diagrams.drawing import SVG

FILE = Path(__file__).resolve().parent.parent / "book" / "static" / "handout.html"

TITLE = "The LSTM, to fill in"
DESCRIPTION = (
    "The module of an LSTM: four empty boxes in a row, five empty places for operations above "
    "them, and a line for each of ten names."
)
LINE = 28
"""The length of the line that stands for a name."""

PAGE = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 15mm; }}
body {{
  background: #fff; color: #000; color-scheme: light; margin: 1rem auto; max-width: 180mm;
  padding: 0 1rem; font: 11pt/1.45 Helvetica, Arial, "Liberation Sans", sans-serif;
}}
h1 {{ font-size: 16pt; margin: 0 0 2mm; }}
ol {{ margin: 2mm 0 4mm; padding-left: 1.4em; }}
.name {{ display: flex; gap: 1em; margin: 0 0 4mm; }}
.name span {{ border-bottom: 1px solid #000; flex: 2; }}
.name span:last-child {{ flex: 1; }}
.drawing {{ max-width: 150mm !important; }}
.lines {{ list-style-position: outside; margin: 4mm 0 0; }}
.lines li {{ border-bottom: 1px dotted #000; height: 9mm; padding-top: 3mm; }}
@media print {{ body {{ margin: 0 auto; padding: 0; }} }}
</style>
</head>
<body>
<h1>{title}</h1>
<p class="name">Name <span></span> Date <span></span></p>
<ol>
<li>Write into each box its function, σ or tanh, and its name; into each circle its sign.</li>
<li>Write its name on each line: a letter, and the step that it belongs to.</li>
<li>Draw the way of the memory in a colour, and write down the six equations, one a line.</li>
</ol>
{svg}
<ol class="lines">{lines}</ol>
</body>
</html>
"""


def empty(drawing: diagrams.Drawing) -> str:
    """The drawing as SVG in black, without a word: an empty box for a layer, an empty circle for an
    operation, and a line for a name."""
    root = ET.fromstring(drawing.svg)
    for part in root.iter(f"{{{SVG}}}g"):
        part.set("class", re.sub(r"q-\w+", "q-hidden", part.get("class")))
        for attribute in ("data-step", "data-wire"):
            part.attrib.pop(attribute, None)
        kinds = part.get("class").split()
        for text in part.findall(f"{{{SVG}}}text"):
            part.remove(text)
            if "label" in kinds:
                part.append(line_for(text))
        for path in part.findall(f"{{{SVG}}}path"):
            if path.get("class") in ("sign", "tilde"):
                part.remove(path)
    for tag, words in (("title", TITLE), ("desc", DESCRIPTION)):
        root.find(f"{{{SVG}}}{tag}").text = words
    style = root.find(f"{{{SVG}}}style")
    style.text += " .drawing .label path { stroke: #000; stroke-width: 1.5; }"
    return ET.tostring(root, encoding="unicode")


def line_for(text: ET.Element) -> ET.Element:
    """A line in the place of a name."""
    x = float(text.get("x")) - (LINE / 2 if text.get("text-anchor") == "middle" else 0)
    return ET.Element(f"{{{SVG}}}path", d=f"M{x:g} {text.get('y')}h{LINE}")


def handout() -> str:
    """The sheet, as a page of HTML that stands alone."""
    return PAGE.format(title=TITLE, svg=empty(diagrams.lstm()), lines="<li></li>" * 6)


if __name__ == "__main__":
    FILE.write_text(handout(), encoding="utf-8")
    print(FILE)
