"""What a cell's equations depend on beside their arguments, found in their code.

A step is traced once, and what was traced is used from then on. That is right only if the step
would do the same again. So its code may read settings and constants, which are compared before each
use, and call functions of which the same is true. Whatever else it does, such as drawing a random
number, counting its calls or using PyTorch, is a reason not to compile it.

The cells of the library are read in the same way, but what they use is not checked.
"""

import builtins
import dis
import math
import numbers
from functools import cache
from types import CodeType, FunctionType, ModuleType

import numpy as np

from lstm_lib.cells.base import Cell

NAMES = (
    "abs bool dict enumerate float int len list map max min range reversed sorted str sum super "
    "tuple zip"
)
BUILTINS = {vars(builtins)[name] for name in NAMES.split()}
"""Those that do the same at every call, and for symbols what they do for arrays."""

MODULES = (math, np)

REFUSED = {
    "STORE_ATTR": "sets {}",
    "DELETE_ATTR": "deletes {}",
    "STORE_SUBSCR": "sets an element",
    "STORE_GLOBAL": "sets {}",
    "DELETE_GLOBAL": "deletes {}",
    "IMPORT_NAME": "imports {}",
    "PUSH_EXC_INFO": "uses with or try",
}
"""Instructions of Python, and what a function with one of them does."""

FUNCTIONS = "lstm_lib.cells.functions"

ATTRIBUTES = ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR")


class Unsupported(Exception):
    """A step that cannot be compiled; the message says why."""


class Dependencies:
    """What the equations of ``cell`` depend on now. ``reason`` is why they cannot be traced for
    good, or None."""

    def __init__(self, cell):
        self.cls, self.reason = type(cell), None
        self.kinds = cell.kinds
        self.settings = {name: frozen(value) for name, value in self.settings_of(cell)}
        self.of_class, self.elsewhere = {}, []
        self.visited = set()
        if hasattr(self.cls, "__getattr__") or "__getattribute__" in self.own_names():
            self.refuse("its class finds attributes in a way of its own")
        self.follow("advance")

    def settings_of(self, cell):
        """The attributes of a cell but its weights, which are given anew at each call."""
        return [(name, value) for name, value in vars(cell).items() if name not in self.kinds]

    def changed(self, cell) -> bool:
        """Whether anything is not what it was, or in another cell not what it was in this one."""
        now = dict(self.settings_of(cell))
        return (
            type(cell) is not self.cls
            or now.keys() != self.settings.keys()
            or any(not same(now[name], value) for name, value in self.settings.items())
            or any(not same(getattr(self.cls, n, None), v) for n, v in self.of_class.items())
            or any(not same(get(name), value) for get, name, value in self.elsewhere)
        )

    def own_names(self):
        return {name for base in self.cls.__mro__[:-1] for name in vars(base)}

    def refuse(self, reason):
        self.reason = self.reason or reason

    def follow(self, name):
        """Visit what the cell has under this name, in each of its classes that has it."""
        if name in self.visited:
            return
        self.visited.add(name)
        if name in self.kinds:
            return
        if name in self.settings:
            self.visit(name, self.settings[name])
            return
        for base in self.cls.__mro__[:-1]:
            if name in vars(base):
                self.of_class[name] = frozen(getattr(self.cls, name))
                value = vars(base)[name]
                value = getattr(value, "fget", None) or getattr(value, "__func__", value)
                if isinstance(value, FunctionType) or not (is_ours(base) or name in vars(Cell)):
                    self.visit(name, value)

    def visit(self, name, value):
        """Something that the code of the equations reads."""
        if isinstance(value, FunctionType):
            self.visit_function(value)
        elif not (is_constant(value) or is_array(value) or self.is_known(value)):
            self.refuse(f"its code reads {name}, a {type(value).__name__}, which may change")

    def is_known(self, value):
        """Whether it is a class or a function that does the same at every call."""
        if isinstance(value, type):
            known = (*self.cls.__mro__, *BUILTINS)
            return value in known or issubclass(value, (tuple, np.number, BaseException))
        in_math = getattr(value, "__module__", None) == "math"
        return in_math or isinstance(value, np.ufunc) or any(value is each for each in BUILTINS)

    def visit_function(self, function):
        if function in self.visited or function.__globals__.get("__name__") == FUNCTIONS:
            return
        self.visited.add(function)
        if not is_ours(function):
            self.check(function)
        for operation, name in instructions(function.__code__):
            if operation in ATTRIBUTES:
                self.follow(name)

    def check(self, function):
        """All that a function which is not of the library reads and does."""
        free = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        outer, known = {name: contents(cell) for name, cell in free}, function.__globals__
        for default in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
            self.visit("a default", default)
        code = instructions(function.__code__)
        for (operation, name), following in zip(code, (*code[1:], (None, None)), strict=True):
            if operation in REFUSED:
                self.refuse(f"{function.__name__} " + REFUSED[operation].format(name))
            elif operation == "STORE_DEREF" and name in outer:
                self.refuse(f"{function.__name__} sets {name}")
            elif operation in ("LOAD_GLOBAL", "LOAD_NAME"):
                self.read(name, known.get if name in known else vars(builtins).get, following)
            elif operation in ("LOAD_DEREF", "LOAD_CLASSDEREF") and name in outer:
                self.read(name, outer[name], following)

    def read(self, name, get, following):
        """A variable of a function; of a module, it is the attribute that counts."""
        value, (operation, attribute) = get(name), following
        self.elsewhere.append((get, name, frozen(value)))
        if isinstance(value, ModuleType) and value in MODULES and operation in ATTRIBUTES:
            name, value = f"{name}.{attribute}", getattr(value, attribute)
        self.visit(name, value)


def is_ours(value):
    """Whether it is a method or a class of the library's cells, or one of their functions."""
    # A decorated function has the module of what it decorates, but globals of its own.
    functions = isinstance(value, FunctionType)
    module = value.__globals__.get("__name__", "") if functions else value.__module__
    return module.startswith("lstm_lib.cells.") and module != "lstm_lib.cells.checks"


@cache
def instructions(code):
    """The instructions of a function, and of the functions within it, each with its name."""
    found = [(each.opname, each.argval) for each in dis.get_instructions(code)]
    inner = [const for const in code.co_consts if isinstance(const, CodeType)]
    return found + [each for const in inner for each in instructions(const)]


def contents(cell):
    """A function that returns what a variable of an outer function holds, whatever its name."""

    def get(_):
        try:
            return cell.cell_contents
        except ValueError:  # not set yet
            return None

    return get


def is_constant(value):
    if isinstance(value, tuple):
        return all(map(is_constant, value))
    return value is None or isinstance(value, (numbers.Real, str))


def is_array(value):
    return type(value) is np.ndarray and value.dtype.kind in "biuf"


def frozen(value):
    """A value to compare with later: an array as a copy, since it may be changed in place."""
    return value.copy() if is_array(value) else value


def same(value, before):
    if is_array(value) and is_array(before):
        return value.dtype == before.dtype and np.array_equal(value, before, equal_nan=True)
    if type(value) in (bool, int, float, str):
        return type(value) is type(before) and repr(value) == repr(before)  # -0.0 is not 0.0
    if type(value) is tuple and type(before) is tuple:
        return len(value) == len(before) and all(map(same, value, before))
    return value is before
