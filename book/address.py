"""The public address of the project, and all that follows from it.

It is one setting, ``repository: {url: …}`` in `_config.yml`: the address on GitHub. As long as it
is empty, the site has none of the links that are made here.
"""

from urllib.parse import quote, urlsplit

import yaml

from book.contents import ROOT

NOT_ALONE = {
    "book/all_cells.ipynb",
    "book/from_equation_to_machine_code.ipynb",
    "book/notation.ipynb",
}
"""Notebooks that import more than the library: they do not run in Colab, which opens a notebook
alone."""


def of_the_project() -> tuple[str, str]:
    """The setting: the address on GitHub, or nothing, and the branch that is published.

    Read here, because the theme's options in `_config.yml` keep it from getting to Sphinx.
    """
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]
    return settings["url"], settings["branch"]


def owner_and_name(repository: str) -> tuple[str, str]:
    """The two parts of ``https://github.com/OWNER/NAME``.

    Raises:
        ValueError: the address has another form.
    """
    host, _, path = repository.removeprefix("https://").rstrip("/").partition("/")
    owner, _, name = path.removesuffix(".git").partition("/")
    if host != "github.com" or not name or "/" in name:
        raise ValueError(f"not of the form https://github.com/OWNER/NAME: {repository}")
    return owner, name


def of_the_site(repository: str) -> str:
    """Where GitHub Pages shows the site; with a slash at its end."""
    owner, name = owner_and_name(repository)
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"


def path_of(site: str) -> str:
    """The part of an address after the host: ``/`` or ``/NAME/``."""
    return urlsplit(site).path


def links(repository: str, branch: str, file: str) -> dict[str, str]:
    """What can be done with the source of a page, by the words of each link."""
    owner, name = owner_and_name(repository)
    project = f"https://github.com/{owner}/{name}"
    found = {}
    if file.endswith(".ipynb") and file not in NOT_ALONE:
        found["open in Colab"] = (
            f"https://colab.research.google.com/github/{owner}/{name}/blob/{branch}/{quote(file)}"
        )
    if file.endswith(".ipynb"):
        found["open in Binder"] = (
            f"https://mybinder.org/v2/gh/{owner}/{name}/{branch}?labpath={quote(file, safe='')}"
        )
    found["source of this page"] = f"{project}/blob/{branch}/{quote(file)}"
    found["report a fault"] = f"{project}/issues/new?title={quote(f'{file}: ', safe='')}"
    return found


def install(repository: str) -> str:
    """What a notebook runs first where the library is not installed, as in Colab."""
    owner, name = owner_and_name(repository)
    library = "lstm_lib[torch,widgets,plot]"
    return f'%pip install "{library} @ git+https://github.com/{owner}/{name}"'
