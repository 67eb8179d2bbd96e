"""The book's own Sphinx extension; each module changes one thing of the built site."""

from importlib import import_module
from pkgutil import iter_modules


def setup(app):
    """Sphinx calls this once; the order of the modules does not matter."""
    for module in iter_modules(__path__, f"{__name__}."):
        import_module(module.name).setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
