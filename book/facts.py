"""What the foot of a page says: the version, when its code was executed, and with what."""

import json
import re
import tomllib
from datetime import date
from functools import cache

from book.contents import ROOT

PACKAGES = {"numpy": "NumPy", "torch": "PyTorch"}

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""In the book's language, whatever that of the machine is."""


def version() -> str:
    """The version of the project."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]


def packages() -> str:
    """The versions that the outputs are made with and tested against: "NumPy 2.4.6, PyTorch …"."""
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    found = dict(re.findall(r"^([\w-]+)==([\w.]+)", pins, re.M))
    return ", ".join(f"{name} {found[package]}" for package, name in PACKAGES.items())


def executed(file: str) -> str:
    """When a notebook was executed, and for how long: "1 March 2026, in 5 seconds of processor
    time"; or ""."""
    noted = executions().get(file)
    if not noted:
        return ""
    day = date.fromisoformat(noted["day"])
    seconds = f"{noted['seconds']} second{'s' * (noted['seconds'] != 1)} of processor time"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}, in {seconds}"


@cache
def executions() -> dict[str, dict]:
    """What `book/store_outputs.py` wrote down, by the notebook's path in the project."""
    return json.loads((ROOT / "book" / "executions.json").read_text(encoding="utf-8"))
