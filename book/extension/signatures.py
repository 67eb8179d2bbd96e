"""The library pages show the signature of a class's ``__init__``.

Sphinx prefers ``__new__``, and every widget inherits one with ``*args, **kwargs``.
"""

from sphinx.util.inspect import signature, stringify_signature


def as_called(app, what, name, obj, options, arguments, returns):
    """The signature of the class's own ``__init__``, if it has one."""
    if what == "class" and "__init__" in vars(obj):
        init = vars(obj)["__init__"]
        app.emit("autodoc-before-process-signature", init, True)  # defaults as they are written
        own = signature(init, bound_method=True)
        return stringify_signature(own, show_return_annotation=False), returns


def setup(app) -> None:
    app.connect("autodoc-process-signature", as_called)
