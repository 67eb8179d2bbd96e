"""The book's own Sphinx extension; each module changes one thing of the built site."""

from . import (
    about,
    claims,
    colours,
    contents,
    folds,
    icons,
    mathematics,
    offline_copy,
    opening,
    page,
    publishing,
    search,
    signatures,
    tables,
    widgets,
)

PARTS = (
    about,
    claims,
    colours,
    contents,
    folds,
    icons,
    mathematics,
    offline_copy,
    opening,
    page,
    publishing,
    search,
    signatures,
    tables,
    widgets,
)


def setup(app):
    """Sphinx calls this once; the order does not matter."""
    for part in PARTS:
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
