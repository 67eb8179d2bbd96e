"""Reading what students handed in, without trusting any of it. Nothing is unpacked to the disk."""

import json
import os
import stat
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

MOST_BYTES = 10 << 20
"""A notebook of an assignment has some 50 KB; with many pictures, some MB."""
MOST_CELLS = 1000
MOST_MEMBERS = 1000


class Invalid(Exception):
    """What was handed in is no notebook to be graded; the message says why, and what to do."""


@dataclass(frozen=True)
class Cell:
    """A cell of a submission.

    Args:
        kind: ``code``, ``markdown`` or ``raw``.
        source: its text.
        id: its ``grade_id``; empty if it has none.
        is_test: whether it is one of the assignment's own test cells.
    """

    kind: str
    source: str
    id: str = ""
    is_test: bool = False


@dataclass
class Submission:
    """What one student handed in.

    Args:
        student: the name of the file without its ending.
        files: the file; if there are several, none can be chosen.
    """

    student: str
    files: list[Path] = field(default_factory=list)


def collect(folder: Path) -> tuple[list[Submission], list[str]]:
    """The submissions in a folder, and the names of what is left out there.

    Raises:
        NotADirectoryError: there is no such folder.
        FileNotFoundError: there is no submission in it.
    """
    if not folder.is_dir():
        raise NotADirectoryError(
            f"{folder} is no folder: give the one with <student>.ipynb or <student>.zip"
        )
    found, others = {}, []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in (".ipynb", ".zip"):
            student = os.fsencode(path.stem).decode(errors="backslashreplace")
            found.setdefault(student, Submission(student)).files.append(path)
        else:
            others.append(path.name)
    if not found:
        raise FileNotFoundError(
            f"{folder} has no submission: they are called <student>.ipynb or <student>.zip"
        )
    return list(found.values()), others


def contents(submission: Submission, assignment: str) -> bytes:
    """The bytes of the notebook that was handed in.

    Raises:
        Invalid: there is none, or not one.
    """
    if len(submission.files) > 1:
        names = " and ".join(path.name for path in submission.files)
        raise Invalid(f"there are {names}: keep one of them")
    [path] = submission.files
    about = path.lstat()
    if stat.S_ISLNK(about.st_mode):
        raise Invalid("the file is a link to another file: hand in the notebook itself")
    if not stat.S_ISREG(about.st_mode):
        raise Invalid("this is no file: hand in a notebook")
    if path.suffix.lower() == ".zip":
        return from_zip(path, assignment)
    check_size(about.st_size, "the file")
    return path.read_bytes()


def from_zip(path: Path, assignment: str) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise Invalid(
                    f"the zip has {len(members)} files, and {MOST_MEMBERS} are the most: "
                    "hand in the notebook alone"
                )
            one = the_notebook(members, assignment)
            check_size(one.file_size, "the notebook in the zip")
            with archive.open(one) as file:
                data = file.read(MOST_BYTES + 1)
            check_size(len(data), "the notebook in the zip")
            return data
    except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
        raise Invalid(f"the zip cannot be read ({error}): make it again") from None
    except NotImplementedError:
        what = "the zip is packed in an unusual way: make it again, or hand in the .ipynb"
        raise Invalid(what) from None
    except RuntimeError:
        raise Invalid("the zip has a password: hand in one without") from None


def the_notebook(members: list[zipfile.ZipInfo], assignment: str) -> zipfile.ZipInfo:
    for each in members:
        place = PurePosixPath(each.filename.replace("\\", "/"))
        if place.is_absolute() or ".." in place.parts or ":" in place.parts[:1]:
            raise Invalid("the zip names a file outside itself: make it again")
        if stat.S_ISLNK(each.external_attr >> 16):
            raise Invalid("the zip has a link to another file: put the files themselves into it")
    found = {
        PurePosixPath(each.filename): each
        for each in members
        if each.filename.lower().endswith(".ipynb") and not is_left_by_a_program(each.filename)
    }
    named = [place for place in found if place.stem == assignment]
    if len(chosen := list(found) if len(found) == 1 else named) == 1:
        return found[chosen[0]]
    raise Invalid(
        f"the zip has {len(found)} notebooks: put one into it, called {assignment}.ipynb"
        if found
        else "the zip has no notebook (.ipynb)"
    )


def is_left_by_a_program(name: str) -> bool:
    return any(part in ("__MACOSX", ".ipynb_checkpoints") for part in PurePosixPath(name).parts)


def check_size(size: int, what: str) -> None:
    if size > MOST_BYTES:
        raise Invalid(
            f"{what} has {size / (1 << 20):.0f} MB, and {MOST_BYTES >> 20} MB are the most: "
            "clear the outputs, and save it again"
        )


def cells_of(data: bytes) -> list[Cell]:
    """The cells of a notebook.

    Raises:
        Invalid: it is no notebook.
    """
    if not data.strip():
        raise Invalid("the file is empty: save the notebook, and hand it in again")
    try:
        notebook = json.loads(data)
    except UnicodeDecodeError:
        raise Invalid("the file is not in UTF-8: save the notebook with Jupyter") from None
    except (ValueError, RecursionError):
        raise Invalid(
            "the file is not JSON, as a notebook is: it may be cut off, or was edited by hand"
        ) from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        old = isinstance(notebook, dict) and "worksheets" in notebook
        raise Invalid(
            "the notebook is in an old format: open it in Jupyter, and save it again"
            if old
            else "the file is JSON but no notebook: it has no list of cells"
        )
    if len(notebook["cells"]) > MOST_CELLS:
        raise Invalid(f"the notebook has more than {MOST_CELLS} cells")
    return [cell(number, each) for number, each in enumerate(notebook["cells"], 1)]


def cell(number: int, form: object) -> Cell:
    source = form.get("source") if isinstance(form, dict) else None
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str) or form.get("cell_type") not in ("code", "markdown", "raw"):
        raise Invalid(f"cell {number} of the file is no cell of a notebook")
    try:
        source.encode()
    except UnicodeEncodeError:
        raise Invalid(f"cell {number} of the file has half a character in it") from None
    metadata = form.get("metadata")
    about = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    about = about if isinstance(about, dict) else {}
    id = about.get("grade_id")
    return Cell(
        form["cell_type"],
        source,
        id if isinstance(id, str) else "",
        about.get("grade") is True and about.get("solution") is not True,
    )
