"""The book's own Sphinx extension; each module changes one thing of the built site."""

from . import colours, folds, mathjax, page, signatures, widgets


def setup(app):
    """Sphinx calls this once; the order does not matter."""
    for part in (colours, folds, mathjax, page, signatures, widgets):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
