"""A notebook as `git diff` shows it: the source of its cells and the text that they print.

    python book/notebook_text.py notebooks/04_cell_state_and_gates.ipynb

A drawing, a picture or a widget is one line that names its type; the tests of figures compare how
it looks. `make` sets git up to use this for the files that .gitattributes names.
"""

import json
import sys
from collections.abc import Iterator

PRINTED = ("text/markdown", "text/latex", "text/plain")
"""The text formats of an output, the preferred one first."""


def lines(notebook: dict) -> Iterator[str]:
    """The notebook line by line, each cell under a heading."""
    for cell in notebook["cells"]:
        yield f"──── {cell['cell_type']} {settings(cell)}".rstrip()
        yield from joined(cell["source"]).splitlines()
        for output in cell.get("outputs", ()):
            for line in printed(output):
                yield f"  │ {line}".rstrip()


def settings(cell: dict) -> str:
    """The metadata of a cell that the book uses: its tags, and the caption of its figure."""
    written = {
        name: cell["metadata"][name] for name in ("tags", "mystnb") if name in cell["metadata"]
    }
    return json.dumps(written, ensure_ascii=False, sort_keys=True) if written else ""


def printed(output: dict) -> Iterator[str]:
    """An output as lines of text."""
    if output["output_type"] == "stream":
        yield from joined(output["text"]).splitlines()
    elif output["output_type"] == "error":
        yield f"{output['ename']}: {output['evalue']}"
    else:
        data = output["data"]
        yield from next((joined(data[mime]) for mime in PRINTED if mime in data), "").splitlines()
        yield from (f"[{mime}]" for mime in sorted(data.keys() - set(PRINTED)))


def joined(text: str | list[str]) -> str:
    """A text as one string; a notebook may store it as a list of lines."""
    return text if isinstance(text, str) else "".join(text)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        text = "\n".join(lines(json.load(file)))
    sys.stdout.buffer.write(text.encode() + b"\n")  # whatever the terminal's encoding
