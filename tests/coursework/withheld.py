"""What students must not see of an assignment, read from its source in another way than the release
is made."""

import json
import re

from stored import ROOT

REGION = r"[ \t]*### BEGIN {0}\n(.*?)[ \t]*### END {0}(?:\n|\Z)"
SECRET = re.compile("|".join(REGION.format(name) for name in ("SOLUTION", "HIDDEN TESTS")), re.S)


def withheld(name: str) -> set[str]:
    """Each line of solutions and hidden tests that the starter code does not have."""
    source = json.loads((ROOT / "coursework" / "assignments" / f"{name}.ipynb").read_text())
    secret, starter = [], []
    for cell in source["cells"]:
        text = "".join(cell["source"])
        if cell["metadata"].get("nbgrader", {}).get("solution") and "### BEGIN" not in text:
            secret.append(text)
            continue
        secret += ["".join(found) for found in SECRET.findall(text)]
        if cell["cell_type"] == "code":
            starter.append(SECRET.sub("", text))
    lines = [
        {line.strip() for text in side for line in text.split("\n")} for side in (secret, starter)
    ]
    return {line for line in lines[0] - lines[1] if re.search(r"\w", line)}
