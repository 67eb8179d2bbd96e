"""What runs inside the sandbox: it runs the cells of a submission one by one, and then calls its
functions, as it is asked through a pipe.

A request and its answer are one line of JSON each. Arrays travel as dtype, shape and bytes. Nothing
is ever unpickled. It runs by the path of this file, with NumPy and the standard library alone, and
is not to be trusted once a cell has run: whoever asks has to check what comes.
"""

import ast
import base64
import contextlib
import io
import json
import linecache
import math
import os
import random
import re
import signal
import site
import sys
import time
import traceback
import types
from collections.abc import Callable

import numpy as np
import numpy.random  # now: a submission may use up all files

LONGEST_TEXT = 2000
MOST_NUMBERS = 1 << 20
DEEPEST = 6
"""So many lists, tuples and dicts may lie in one another."""


class OutOfTime(BaseException):
    """A cell or a call took too long. Not an ``Exception``, which a submission may well catch."""


class Unusable(Exception):
    """A function returned what no JSON can be made of."""


# Values as JSON


def to_json(value: object, depth: int = 0) -> object:
    """A value as JSON.

    Raises:
        TypeError: it is something else than numbers, texts, arrays, and tuples, lists and dicts of
            them.
    """
    if depth > DEEPEST:
        raise TypeError(f"more than {DEEPEST} lists, tuples or dicts in one another")
    if value is None or type(value) in (bool, int, str):
        return value
    if isinstance(value, float):
        return {"float": float(value).hex()}
    if isinstance(value, complex):
        value = np.asarray(value)
    if not isinstance(value, np.ndarray) and hasattr(value, "detach"):
        value = value.detach().cpu().numpy()  # a tensor
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        if array.dtype.kind not in "biufc":
            raise TypeError(f"an array of {array.dtype}")
        if array.size > MOST_NUMBERS:
            raise TypeError(f"an array of {array.size} numbers, and {MOST_NUMBERS} are the most")
        array = array.astype(array.dtype.newbyteorder("<"))
        data = base64.b64encode(array.tobytes()).decode()
        return {"array": [array.dtype.str, list(array.shape), data]}
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("a dict whose keys are not texts")
        return {"dict": {str(key): to_json(each, depth + 1) for key, each in value.items()}}
    if isinstance(value, (tuple, list)):
        name = "tuple" if isinstance(value, tuple) else "list"
        return {name: [to_json(each, depth + 1) for each in value]}
    raise TypeError(f"an object of type {type(value).__name__}")


DTYPES = re.compile(r"[<|](b1|[iu][1248]|f[248]|c8|c16)")


def from_json(form: object, depth: int = 0) -> object:
    """The value of what :func:`to_json` made, whoever claims to have made it.

    Raises:
        ValueError: it is nothing that :func:`to_json` makes.
    """
    if form is None or type(form) in (bool, str):
        return form
    if type(form) is int:
        if abs(form) >> 1000:
            raise ValueError("a number of more than 1000 bits")
        return form
    if depth > DEEPEST or type(form) is not dict or len(form) != 1:
        raise ValueError("not a value")
    [(name, content)] = form.items()
    if name == "float" and type(content) is str:
        return float.fromhex(content)
    if name == "array" and type(content) is list and len(content) == 3:
        return array_of(*content)
    if name == "dict" and type(content) is dict:
        return {key: from_json(each, depth + 1) for key, each in content.items()}
    if name in ("tuple", "list") and type(content) is list:
        parts = [from_json(each, depth + 1) for each in content]
        return tuple(parts) if name == "tuple" else parts
    raise ValueError("not a value")


def array_of(dtype: object, shape: object, data: object) -> np.ndarray:
    if type(dtype) is not str or not DTYPES.fullmatch(dtype):
        raise ValueError("not the dtype of an array of numbers")
    if type(shape) is not list or len(shape) > 16 or not all(type(n) is int for n in shape):
        raise ValueError("not a shape")
    if min(shape, default=0) < 0 or math.prod(shape) > MOST_NUMBERS:
        raise ValueError("not a shape, or one of too many numbers")
    if type(data) is not str:
        raise ValueError("no numbers")
    numbers = base64.b64decode(data, validate=True)
    if len(numbers) != math.prod(shape) * np.dtype(dtype).itemsize:
        raise ValueError("not as many numbers as the shape says")
    return np.frombuffer(numbers, dtype).reshape(shape).copy()


# A submission


class Submission:
    """The cells of a submission and the names that they define."""

    def __init__(self):
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        self.names = module.__dict__
        self.names["display"] = lambda *values, **_: print(*values)

    def read(self, cells: list[str]) -> dict:
        """What the cells import and use, by their code, before any of it has run."""
        uses, defined = [], set()
        for number, source in enumerate(cells):
            try:
                tree = ast.parse(without_magics(source))
                uses += [[number, name] for name in sorted(names_used(tree))]
                nodes = ast.walk(tree)
                defined |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                pass  # running it will say more
        return {"uses": uses, "defined": sorted(defined)}

    def run(self, cell: int, source: str, seconds: float) -> dict:
        """Run a cell."""
        file = f"cell {cell + 1}"
        source = without_magics(source)
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)

        def body():
            try:
                exec(compile(source, file, "exec", dont_inherit=True), self.names)
            finally:
                flush()

        _, error = within(seconds, body)
        return {"error": described(error)} if error else {}

    def call(self, function: str, arguments: object, seconds: float) -> dict:
        """Call a function."""
        if function not in self.names:
            return {"missing": True}
        arguments = from_json(arguments)

        def body():
            random.seed(0)  # so that the same submission gives the same answers
            np.random.seed(0)
            value = self.names[function](**arguments)
            try:
                return to_json(value)
            except Exception as error:
                raise Unusable from error

        value, error = within(seconds, body)
        if isinstance(error, Unusable):
            return {"unusable": True}
        return {"error": described(error)} if error else {"value": value}


def within(seconds: float, body: Callable) -> tuple[object, BaseException | None]:
    """What a function returns, and what it raised: :class:`OutOfTime` after so many seconds of the
    processor, or four times as many by the clock, without those of waiting for a processor."""
    is_running, end = True, time.monotonic() + 4 * seconds - waited()

    def stop(number, _):
        if number == signal.SIGALRM and (left := end + waited() - time.monotonic()) > 0.01:
            signal.setitimer(signal.ITIMER_REAL, left, 0.5)
        elif is_running:
            raise OutOfTime

    value = error = None
    try:
        for timer, name, most in (
            (signal.ITIMER_PROF, signal.SIGPROF, seconds),
            (signal.ITIMER_REAL, signal.SIGALRM, 4 * seconds),
        ):
            signal.signal(name, stop)
            signal.setitimer(timer, most, 0.5)  # and again, if it was caught
        value = body()
    except BaseException as raised:
        is_running, error = False, raised
    is_running = False
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return value, error


def waited() -> float:
    """How many seconds this process has waited for a processor; 0 if the kernel does not tell."""
    try:
        file = os.open("/proc/self/schedstat", os.O_RDONLY)
    except OSError:
        return 0.0
    try:
        return int(os.read(file, 100).split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0
    finally:
        os.close(file)


def described(error: BaseException) -> dict:
    """The type of an error, its message, and the line of the cell that it came from."""
    lines = [
        (frame.filename, frame.lineno)
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith("cell ")
    ]
    if isinstance(error, SyntaxError) and (error.filename or "").startswith("cell "):
        lines.append((error.filename, error.lineno))
    kind = type(error).__name__
    try:
        message = str(error)
    except BaseException:
        message = ""
    return {
        "type": kind[:100],
        "message": message[:LONGEST_TEXT],
        "line": lines[-1][1] if lines else None,
        "out_of_time": isinstance(error, OutOfTime),
    }


def flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()


# Code


def without_magics(source: str) -> str:
    """A cell without what only IPython understands: ``%matplotlib inline``, ``!ls``, ``tanh?``.

    A cell that is Python already stays as it is: in a text, such lines may stand.
    """
    source = source.replace("\r\n", "\n")
    try:
        compile(source, "cell", "exec", ast.PyCF_ONLY_AST)
        return source
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    if re.match(r"\s*%%(?!time|timeit|capture)\w", source):
        return ""  # another language
    return "\n".join(
        "pass".rjust(len(line) - len(line.lstrip()) + 4)
        if re.match(r"\s*([%!]|\w[\w.]*\?\??\s*$|\?)", line)
        else line
        for line in source.split("\n")
    )


def names_used(tree: ast.AST) -> set[str]:
    """Every module that code imports, and every dotted name in it, written in full.

    ``from torch import nn`` and ``nn.LSTM`` use ``torch``, ``torch.nn`` and ``torch.nn.LSTM``. The
    text of a call of ``__import__`` or ``import_module`` counts as well.
    """
    known, used = {}, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                used.add(each.name)
                known[each.asname or each.name.split(".")[0]] = (
                    each.name if each.asname else each.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for each in node.names:
                used |= {node.module, f"{node.module}.{each.name}"}
                known[each.asname or each.name] = f"{node.module}.{each.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (name := dotted(node)):
            first, _, rest = name.partition(".")
            used.add(f"{known.get(first, first)}.{rest}")
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = dotted(node.func).rpartition(".")[2]
            if called in ("__import__", "import_module") and isinstance(node.args[0].value, str):
                used.add(node.args[0].value)
    return used


def dotted(node: ast.AST) -> str:
    """The name that stands there, ``"np.linalg.norm"``; nothing if it is no name."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


# Answering


def main() -> None:
    requests, answers = os.fdopen(os.dup(0), "rb"), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)  # what is printed goes where errors go, and not among the answers
    sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", closefd=False), "utf-8", "replace")
    site.setquit()
    me, submission = os.getpid(), Submission()
    dumps, loads, write, end = json.dumps, json.loads, os.write, os._exit
    for line in requests:
        request = loads(line)
        number = request.pop("number")
        answer = getattr(submission, request.pop("do"))(**request) | {"number": number}
        if os.getpid() != me:
            end(0)  # a copy of this process, which a cell made
        data = memoryview(dumps(answer).encode() + b"\n")
        while data:
            data = data[write(answers, data) :]


if __name__ == "__main__":
    main()
