"""What this book adds to Sphinx: each module does one thing to the built site, and says why."""

from . import colours, folds, mathjax, page, signatures, widgets


def setup(app):
    """Sphinx calls this once; the order does not matter."""
    for part in (colours, folds, mathjax, page, signatures, widgets):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
