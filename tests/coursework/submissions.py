"""Submissions that are broken or hostile, each with the grade that it deserves.

All are for the assignment ``small``: a gate (2 points), a step (4) and a sequence (2).
"""

import io
import json
import os
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# Notebooks

IMPORTS = "import numpy as np\n"

GATE = """
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def gate(x, h, W, U, b):
    return sigmoid(W @ x + U @ h + b)
"""

STEP = """
def lstm_step(x, h, c, W, U, b):
    a = {g: W[g] @ x + U[g] @ h + b[g] for g in W}
    c = sigmoid(a["f"]) * c + sigmoid(a["i"]) * np.tanh(a["c_tilde"])
    return sigmoid(a["o"]) * np.tanh(c), c
"""

UNROLL = """
def unroll(xs, W, U, b):
    h = c = np.zeros(len(b["f"]))
    hs = []
    for x in xs:
        h, c = lstm_step(x, h, c, W, U, b)
        hs.append(h)
    return np.stack(hs)
"""

CORRECT = (IMPORTS, GATE, STEP, UNROLL)

TEST = "assert np.allclose(gate(*[np.zeros(1)] * 2, *[np.zeros((1, 1))] * 2, np.zeros(1)), 0.5)"
WRONG = "def lstm_step(x, h, c, W, U, b):\n    return h, c\n"
STARTER = "def {}(*_, **__):\n    raise NotImplementedError\n"


def cell(source: str, id: str = "", kind: str = "code", **about: object) -> dict:
    metadata = {"nbgrader": {"schema_version": 3, "grade_id": id, **about}} if id else {}
    more = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": metadata, "source": source, **more}


def notebook(*cells: str | dict) -> bytes:
    made = [each if isinstance(each, dict) else cell(each) for each in cells]
    made.append(cell(TEST, "q1", grade=True, solution=False, locked=True, points=2))
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def zipped(members: dict[str, bytes], modes: dict[str, int] | None = None) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            about = zipfile.ZipInfo(name)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = (modes or {}).get(name, stat.S_IFREG | 0o644) << 16
            archive.writestr(about, content)
    return data.getvalue()


# The corpus


@dataclass(frozen=True)
class Case:
    """A submission and its grade.

    Args:
        files: the content of each file by its ending; a function makes what is large or no plain
            file.
        score: the points that it deserves, of 8.
        status: what happened.
        note: a part of what is said about it.
        is_slow: it takes some seconds, because something has to time out.
    """

    files: dict[str, bytes | Callable[[Path], object]]
    score: float
    status: str
    note: str = ""
    is_slow: bool = False


def graded(*cells, score=8, note="") -> Case:
    return Case({"ipynb": notebook(*cells)}, score, "graded", note)


def crashed(*cells, score=8, note="", slow=False) -> Case:
    return Case({"ipynb": notebook(*cells)}, score, "crashed", note, slow)


def late(*cells, score=8, note="", slow=True) -> Case:
    return Case({"ipynb": notebook(*cells)}, score, "timeout", note, slow)


def invalid(note: str, **files) -> Case:
    return Case(files, 0, "invalid", note)


def in_step(*lines: str) -> tuple[str, ...]:
    """A correct submission whose step does something before it answers."""
    body = "".join(f"    {line}\n" for line in "\n".join(lines).split("\n"))
    return IMPORTS, GATE, STEP.replace("b):\n", f"b):\n{body}", 1), UNROLL


PICKLE = """
import os
class Loaded:
    def __reduce__(self):
        return os.system, ("touch /tmp/was-here",)
"""

ANSWER_PIPE = """
import os
def pipes():
    for fd in range(3, 64):
        try:
            if os.readlink(f"/proc/self/fd/{fd}").startswith("pipe:"):
                yield fd
        except OSError:
            pass
def forge(data):
    for fd in pipes():
        try:
            os.write(fd, data)
        except OSError:
            pass
"""

SEARCH = """
import os
FOUND = (".ipynb", "grades.csv", "secret.txt", "grading.py", "questions.py", "small.py")
for folder, folders, names in os.walk("/"):
    folders[:] = set(folders) - {"proc", "lib", "lib64", "usr"}
    if "lstm_lib" in folder or any(name.endswith(FOUND) for name in names):
        lstm_step = lambda **_: None
"""

CASES = {
    # Honest
    "correct": graded(*CORRECT),
    "wrong_gate_order": graded(IMPORTS, GATE, STEP.replace('a["f"]', 'a["i"]', 1), UNROLL, score=2),
    "only_the_starter": graded(*map(STARTER.format, ("gate", "lstm_step", "unroll")), score=0),
    "half_done": graded(IMPORTS, GATE, score=2),
    "syntax_error": graded(IMPORTS, GATE, "def lstm_step(:\n", UNROLL, score=2, note="SyntaxError"),
    "renamed_functions": graded(IMPORTS, GATE, STEP.replace("lstm_step", "lstm_steps"), score=2),
    "nan": graded(*CORRECT, "def gate(**_):\n    return np.full(4, np.nan)", score=6),
    "wrong_shape": graded(IMPORTS, GATE, STEP, UNROLL.replace("np.stack(hs)", "hs[-1]"), score=6),
    "lists_for_arrays": graded(
        IMPORTS, GATE, STEP, UNROLL.replace("np.stack(hs)", "[list(h) for h in hs]")
    ),
    "half_precision": graded(
        *CORRECT[:3], UNROLL.replace("np.stack(hs)", "np.stack(hs).astype('f2')"), score=6
    ),
    "a_text_for_an_answer": graded(*CORRECT, 'def gate(**_):\n    return "full marks"', score=6),
    "changes_its_arguments": graded(*in_step("x *= 0\nx += 1", "W.clear()"), score=2),
    "with_magics": graded("%matplotlib inline\n!ls\n" + IMPORTS, *CORRECT[1:], "%%bash\nrm -rf /"),
    "warns": graded(*in_step("import warnings; warnings.warn('careful')")),
    "prints": graded(*in_step("print(x, W)")),
    "exits_afterwards": graded(*CORRECT, "import sys\nsys.exit()", note="raised SystemExit"),
    "duplicate_ids": graded(
        IMPORTS, GATE, cell(WRONG, "q2"), cell(STEP, "q2"), UNROLL, note="2 cells have the id 'q2'"
    ),
    "bad_metadata": graded(*CORRECT[:3], {**cell(UNROLL), "metadata": {"nbgrader": ["q1"]}}),
    "utf16": Case({"ipynb": notebook(*CORRECT).decode().encode("utf-16")}, 8, "graded"),
    "in_a_zip": Case(
        {"zip": zipped({"work/small.ipynb": notebook(*CORRECT), "data.csv": b"1,2"})}, 8, "graded"
    ),
    # Broken
    "empty": invalid("is empty", ipynb=b" "),
    "cut_off": invalid("is not JSON", ipynb=notebook(*CORRECT)[:-50]),
    "no_notebook": invalid("no list of cells", ipynb=b'{"a": 1}'),
    "old_format": invalid("old format", ipynb=b'{"worksheets": [], "nbformat": 3}'),
    "no_cell": invalid("cell 1 of the file", ipynb=b'{"cells": [7]}'),
    "latin1": invalid(
        "not in UTF-8", ipynb=json.dumps({"cells": ["\u00e9"]}, ensure_ascii=False).encode("latin1")
    ),
    "half_a_character": invalid("half a character", ipynb=notebook("'\ud800'")),
    "deep_json": invalid("not JSON", ipynb=b"[" * 200_000),
    "a_long_number": invalid("not JSON", ipynb=b'{"cells": ' + b"9" * 10_000 + b"}"),
    "huge": invalid("100 MB", ipynb=lambda path: hole(path, 100 << 20)),
    "a_folder": invalid("no file", ipynb=lambda path: path.mkdir()),
    "a_pipe": invalid("no file", ipynb=lambda path: os.mkfifo(path)),
    "a_link": invalid("a link", ipynb=lambda path: path.symlink_to("correct.ipynb")),
    "no_zip": invalid("cannot be read", zip=b"PK nothing"),
    "empty_zip": invalid("no notebook", zip=zipped({"a.txt": b""})),
    "two_in_a_zip": invalid("2 notebooks", zip=zipped({"a.ipynb": b"{}", "b.ipynb": b"{}"})),
    "twice": invalid(
        "there are twice.ipynb and twice.zip",
        ipynb=notebook(*CORRECT),
        zip=zipped({"small.ipynb": notebook(*CORRECT)}),
    ),
    "link_in_a_zip": invalid(
        "link",
        zip=zipped({"small.ipynb": b"/etc/passwd"}, {"small.ipynb": stat.S_IFLNK | 0o777}),
    ),
    "leaves_the_zip": invalid(
        "outside itself", zip=zipped({"../../small.ipynb": notebook(*CORRECT)})
    ),
    "a_bomb": invalid(
        "300 MB",  # packed when it is asked for: that takes two seconds
        zip=lambda path: path.write_bytes(zipped({"small.ipynb": bytes(300 << 20)})),
    ),
    # Takes too much
    "loops": late(*CORRECT, "while True:\n    pass", note="cell 5 was stopped", slow=False),
    "loops_in_a_function": late(*in_step("while True:\n    pass"), score=2, slow=False),
    "sleeps": late(*CORRECT, "import time\ntime.sleep(1e6)", note="cell 5 was stopped"),
    "loops_and_catches": late(
        *CORRECT,
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        note="cell 5",
    ),
    "loops_in_c": late(*CORRECT, "import itertools\nsum(itertools.count())"),
    "memory": graded(*CORRECT, "np.ones(1 << 40)", note="cell 5 raised MemoryError"),
    "memory_of_many": crashed(
        *CORRECT,
        "import os, time\nx = np.ones(1 << 24)\nfor _ in range(3): os.fork()\ntime.sleep(3)",
        note="used more than 1024 MB of memory",
    ),
    "fork_bomb": late(
        *CORRECT,
        "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
        slow=False,
    ),
    "threads": graded(
        *CORRECT,
        "import threading, time\n"
        "for _ in range(1000): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
        note="raised RuntimeError",
    ),
    "files": graded(
        *CORRECT, "keep = []\nwhile True: keep.append(open('/dev/null'))", note="raised OSError"
    ),
    "disk": graded(
        *CORRECT,
        "for n in range(99): open(str(n), 'wb').write(bytes(1 << 20))",
        note="raised OSError",
    ),
    "output": crashed(*CORRECT, "while True: print('x' * 1000)", note="printed more than"),
    "large_answer": graded(*CORRECT, "def gate(**_):\n    return np.zeros(1 << 24)", score=6),
    "nested_answer": graded(
        *CORRECT, "def gate(**_):\n    a = []\n    a.append(a)\n    return a", score=6
    ),
    "deep_code": graded(*CORRECT, "-" * 300_000 + "1", note="raised MemoryError"),
    # Ends what grades it
    "ends_its_process": crashed(*CORRECT, "import os\nos._exit(0)", note="cell 5 ended its own"),
    "ends_it_in_a_function": crashed(*in_step("import os", "os._exit(0)"), score=2),
    "segmentation_fault": crashed(
        *CORRECT, "import ctypes\nctypes.string_at(0)", note="segmentation fault"
    ),
    "kills_everything": graded(
        *CORRECT, "import os, signal\nos.kill(1, 9)\nos.kill(-1, 9)", note=""
    ),
    "closes_the_pipes": crashed(*CORRECT, "import os\nos.closerange(0, 256)"),
    "leaves_a_process": graded(
        *CORRECT, "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(600)"
    ),
    # Cheats
    "patches_numpy": graded(
        IMPORTS,
        GATE,
        WRONG,
        UNROLL,
        "np.allclose = np.array_equal = lambda *_, **__: True",
        score=2,
    ),
    "patches_json": graded(
        IMPORTS, GATE, WRONG, UNROLL, "import json\njson.dumps = lambda *_: '{}'", score=2
    ),
    "drops_asserts": graded(
        IMPORTS,
        GATE,
        WRONG,
        UNROLL,
        "import ast\nfrom IPython import get_ipython\n"
        "get_ipython().ast_transformers.append(ast.NodeTransformer())",
        score=2,
        note="raised ModuleNotFoundError",
    ),
    "knows_the_visible_tests": graded(
        IMPORTS, "def gate(x, **_):\n    return np.full(x.shape, 0.5)", score=0
    ),
    "detects_the_grader": graded(
        IMPORTS,
        GATE,
        "import inspect, os, sys\n"
        "def lstm_step(**_):\n"
        "    frame = sys._getframe()\n"
        "    while frame:\n"
        "        for value in list(frame.f_locals.values()):\n"
        "            if hasattr(value, 'expected'):\n"
        "                return value.expected\n"
        "        frame = frame.f_back\n"
        "    return 'graded' if os.environ else True",
        UNROLL,
        score=2,
    ),
    "equals_everything": graded(
        *CORRECT,
        "class Any(np.ndarray):\n"
        "    def __eq__(self, other): return True\n"
        "    def __sub__(self, other): return 0\n"
        "def gate(**_):\n    return np.zeros(4).view(Any)",
        score=6,
    ),
    "pickle": graded(*CORRECT, PICKLE + "def gate(**_):\n    return Loaded()", score=6),
    "pickle_in_an_array": graded(
        *CORRECT, PICKLE + "def gate(**_):\n    return np.array([Loaded()])", score=6
    ),
    "pickle_in_the_pipe": crashed(
        *CORRECT, PICKLE, ANSWER_PIPE + "import pickle\nforge(pickle.dumps(Loaded()) + b'\\n')"
    ),
    "forges_answers": crashed(
        IMPORTS, GATE, WRONG, UNROLL, ANSWER_PIPE + "forge(b'{\"score\": 8}\\n' * 50)", score=2
    ),
    "imports_the_library": graded(
        "from lstm_lib import LSTMCell", *CORRECT[:2], score=2, note="uses lstm_lib"
    ),
    "imports_it_in_secret": graded(
        IMPORTS,
        GATE,
        "library = __import__('lstm' + '_lib')\n" + STEP,
        UNROLL,
        score=2,
        note="raised ModuleNotFoundError",
    ),
    "uses_what_is_forbidden": Case(
        {"ipynb": notebook(*CORRECT, "from numpy import linalg as la\nla.norm([1])")},
        0,
        "needs manual",
        "8 points are withheld",
    ),
    "tells_what_it_was_given": graded(
        IMPORTS,
        "def gate(x, **_):\n    raise type(str(x), (Exception,), {})(str(x))",
        "def lstm_step(x, **_):\n    print(x)\n    raise ValueError(str(x))",
        "def unroll(xs, **_):\n    global unroll\n    del unroll\n    return {str(xs): str(xs)}",
        score=0,
    ),
    "searches_the_disk": graded(*CORRECT, SEARCH),
    "reads_others": graded(*CORRECT, "print(open('../correct.ipynb').read())", note="raised File"),
    "calls_home": graded(
        *CORRECT,
        "import socket\nsocket.create_connection(('1.1.1.1', 53), 3)",
        note="raised OSError",
    ),
    "=cmd|' calc'!A0": graded(*CORRECT),
    "<img src=x onerror=alert(1)>": graded(
        *CORRECT, "raise ValueError('<script>alert(1)</script>')", note="raised ValueError"
    ),
    "correct_too": graded(*CORRECT),
}


def hole(path: Path, size: int) -> None:
    """A file of this size that takes no room."""
    with path.open("wb") as file:
        file.truncate(size)


def write(folder: Path, names) -> None:
    """Hand in these submissions."""
    for name in names:
        for ending, content in CASES[name].files.items():
            path = folder / f"{name}.{ending}"
            content(path) if callable(content) else path.write_bytes(content)
