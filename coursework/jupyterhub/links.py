"""The links that give each student a copy of an assignment on the course's JupyterHub.

    python -m coursework.jupyterhub.links https://hub.example.org https://git.example.org/lstm.git

Whoever follows one gets the notebooks of that repository into a folder of his own, by nbgitpuller,
and the assignment opened. What he has written is kept when he follows the link again.
"""

import argparse
from pathlib import PurePosixPath
from urllib.parse import urlencode, urlsplit

from coursework.assignments import NAMES


def link(hub: str, repository: str, name: str, branch: str = "main") -> str:
    """The link to an assignment.

    Args:
        hub: the address of the JupyterHub.
        repository: the address of a Git repository with the releases, and nothing else, in it.
        name: the assignment.
        branch: the branch of the repository.

    Raises:
        ValueError: something that is no web address.
    """
    for what, address in (("hub", hub), ("repository", repository)):
        if urlsplit(address).scheme != "https" or not urlsplit(address).netloc:
            raise ValueError(
                f"{what} is {address!r}; expected an address that begins with https://"
            )
    folder = PurePosixPath(urlsplit(repository).path).name.removesuffix(".git")
    opened = f"lab/tree/{folder}/{name}.ipynb"
    query = urlencode({"repo": repository, "branch": branch, "urlpath": opened})
    return f"{hub.rstrip('/')}/hub/user-redirect/git-pull?{query}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("hub", help="the address of the JupyterHub")
    parser.add_argument("repository", help="the address of the Git repository with the releases")
    parser.add_argument("--branch", default="main", help="its branch")
    chosen = parser.parse_args()
    for name in NAMES:
        print(name, link(chosen.hub, chosen.repository, name, chosen.branch))


if __name__ == "__main__":
    main()
