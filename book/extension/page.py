"""Pages are painted before their scripts run, and have valid ARIA roles."""

#: Inline scripts of the theme write into the object that this one defines, so it cannot wait.
IMMEDIATE = "documentation_options.js"


def defer_scripts(app, pagename, templatename, context, doctree) -> None:
    """Let the browser load scripts while it shows the page; ``defer`` keeps their order."""
    for script in context.get("script_files", ()):
        filename = getattr(script, "filename", None)
        if filename and not filename.endswith(IMMEDIATE) and "async" not in script.attributes:
            script.attributes["defer"] = "defer"


def mend_roles(app, pagename, templatename, context, doctree) -> None:
    """Remove two roles of the bibliography: the list may not contain entries of that role."""
    for role in ('role="list" ', ' role="doc-biblioentry"'):
        context["body"] = context.get("body", "").replace(role, "")


def setup(app) -> None:
    # Last, when every extension has added its scripts.
    app.connect("html-page-context", defer_scripts, priority=900)
    app.connect("html-page-context", mend_roles)
