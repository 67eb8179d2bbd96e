"""What the foot of a page says: the version, when its outputs were stored, and with what."""

import re
import subprocess
import tomllib
from datetime import date
from functools import cache

from book.contents import ROOT

PACKAGES = {"numpy": "NumPy", "torch": "PyTorch"}


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


@cache
def dates() -> dict[str, date]:
    """When each file was last committed, by its path; empty outside a clone of the project."""
    command = ["git", "log", "--format=%x00%cs", "--name-only", "--relative", "--", "*.ipynb"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return {}
    found = {}
    for commit in done.stdout.split("\0")[1:]:
        day, *files = commit.split()
        for file in files:
            found.setdefault(file, date.fromisoformat(day))
    return found


def stored(file: str) -> str:
    """The day on which a notebook was last stored with its outputs: "27 November 2026"; or ""."""
    day = dates().get(file)
    return f"{day.day} {day:%B %Y}" if day else ""
