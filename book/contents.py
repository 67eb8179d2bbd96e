"""The chapters and their labs, in the order of the book: as `_toc.yml` lists them."""

from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
FOLDER = "notebooks/"


@cache
def chapters() -> dict[str, list[str]]:
    """The labs of each chapter, by the chapter's name: ``notebooks/01_recurrent_networks``.

    The order is the book's; the first chapter is chapter 1.
    """
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    pages = [page for part in toc["parts"] for page in part["chapters"]]
    return {
        page["file"]: [lab["file"] for lab in page.get("sections", ())]
        for page in pages
        if page["file"].startswith(FOLDER)
    }


def chapter_of(lab: str) -> str | None:
    """The chapter that a lab belongs to; None if the page is no lab."""
    return next((chapter for chapter, labs in chapters().items() if lab in labs), None)


def number(chapter: str) -> int:
    """The number of a chapter: 1 for the first."""
    return list(chapters()).index(chapter) + 1


def notebook(page: str) -> Path:
    """The file of a chapter or a lab."""
    return ROOT / f"{page}.ipynb"
