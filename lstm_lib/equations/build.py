"""C compiled by the system's compiler, loaded, and kept for the next time.

A compiled file is found again by what it was made of: the C, the compiler, its options, and the
processor. Its name also holds a digest of its content, so that a damaged file is made again. Files
are written under another name first and then renamed: several processes may build at once.

Environment variables, beside ``LSTM_LIB_BACKEND`` (:func:`~lstm_lib.equations.backend`):

==================== ===============================================================
``LSTM_LIB_CACHE``   the folder for compiled files, in place of ``~/.cache/lstm_lib``
``LSTM_LIB_MARCH``   the processor to compile for, in place of ``native``: ``x86-64``
``CC``               the compiler, in place of ``cc``, ``gcc`` or ``clang``
==================== ===============================================================
"""

import ctypes
import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import tempfile
from contextlib import suppress
from functools import cache
from importlib import resources
from pathlib import Path

FLAGS = ("-O3", "-std=gnu11", "-shared", "-fno-math-errno", "-fno-trapping-math")
"""Options of the compiler. None lets it treat NaN, infinity or rounding in another way than C."""

REALS = {"float32": "float", "float64": "double"}
"""What a dtype is called in C."""


HOW_TO_GET_ONE = {
    "Linux": "Install gcc, such as by: sudo apt install gcc libc6-dev",
    "Darwin": "Install Apple's command line tools: xcode-select --install",
    "Windows": "Install gcc, such as by: winget install BrechtSanders.WinLibs.POSIX.UCRT",
}


class Unavailable(Exception):
    """Nothing can be compiled here; the message says why."""


def compiler() -> list[str]:
    """The command of the compiler.

    Raises:
        Unavailable: there is none.
    """
    wanted = shlex.split(os.environ.get("CC", ""))
    names = [wanted[0]] if wanted else ["cc", "gcc", "clang"]
    for name in names:
        if found := shutil.which(name):
            return [found, *wanted[1:]]
    advice = HOW_TO_GET_ONE.get(platform.system(), "Install gcc or clang")
    raise Unavailable(f"no C compiler was found; looked for {', '.join(names)}. {advice}")


@cache
def processor() -> str:
    """What the processor is and can do, as text."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    about = [line for line in lines if line.startswith(("model name", "flags", "Features", "CPU"))]
    return "\n".join([platform.machine(), *dict.fromkeys(about)])


def options(real) -> list[str]:
    """The options of the compiler, for one type of numbers."""
    march = os.environ.get("LSTM_LIB_MARCH") or "native"
    position = [] if os.name == "nt" else ["-fPIC"]
    return [*FLAGS, *position, f"-march={march}", f"-DREAL={real}"]


def folders():
    """Where compiled files may be kept, the best first."""
    if chosen := os.environ.get("LSTM_LIB_CACHE"):
        yield Path(chosen)
    else:
        home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        yield Path(home) / "lstm_lib"
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    yield Path(tempfile.gettempdir()) / f"lstm_lib-{user}"


def is_ours(folder) -> bool:
    """Whether the folder, which is made if need be, is the user's and can be written to."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = folder.stat()
        if hasattr(os, "getuid") and (about.st_uid != os.getuid() or about.st_mode & 0o022):
            return False  # somebody else could put a file there
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def source_of(file) -> str:
    return resources.files("lstm_lib.equations").joinpath(file).read_text(encoding="utf-8")


def load(source: str, dtype):
    """The C ``source`` as a loaded library, for numbers of this dtype, ``float32`` or ``float64``.

    Raises:
        Unavailable: it cannot be compiled, kept or loaded.
    """
    found = loaded_or_reason(source, dtype)
    if isinstance(found, Unavailable):
        raise found
    return found


@cache
def loaded_or_reason(source, dtype):
    """The library, or why there is none: it is not tried again in this process."""
    try:
        return kept_or_compiled(source, dtype)
    except Unavailable as reason:
        return reason


def kept_or_compiled(source, dtype):
    command = [*compiler(), *options(REALS[str(dtype)])]
    about = Path(command[0]).stat()
    made_of = [source, source_of("runtime.h"), *command, f"{about.st_size} {about.st_mtime_ns}"]
    key = digest("\0".join([*made_of, processor()]).encode())
    reasons = []
    for folder in folders():
        if not is_ours(folder):
            reasons.append(f"{folder} cannot be written to, or others can write to it")
            continue
        for file in (*kept(folder, key), None):
            try:
                return ctypes.CDLL(str(file or compiled(command, source, folder, key)))
            except OSError as error:  # a foreign file, or a folder from which nothing may be run
                reasons.append(str(error))
    raise Unavailable("; ".join(reasons))


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:24]


def kept(folder, key):
    """The files for this key whose content is what their name says; others are removed."""
    for file in folder.glob(f"{key}-*{SUFFIX}"):
        with suppress(OSError):  # another process may have removed it meanwhile
            if file.stem == f"{key}-{digest(file.read_bytes())}":
                yield file
            else:
                file.unlink()


SUFFIX = ".dll" if os.name == "nt" else ".so"


def compiled(command, source, folder, key):
    """Compile, and return the new file."""
    with tempfile.TemporaryDirectory(dir=folder) as work:
        Path(work, "runtime.h").write_text(source_of("runtime.h"), encoding="utf-8")
        Path(work, "step.c").write_text(source, encoding="utf-8")
        made = Path(work, f"step{SUFFIX}")
        environment = os.environ | {"LC_ALL": "C"}
        run = subprocess.run(
            [*command, "step.c", "-o", made.name, "-lm"],
            cwd=work,
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        if run.returncode or not made.exists():
            first = next((line for line in run.stderr.splitlines() if "error" in line), run.stderr)
            raise Unavailable(f"the compiler {command[0]} failed: {first.strip()[:300]}")
        file = folder / f"{key}-{digest(made.read_bytes())}{SUFFIX}"
        os.replace(made, file)
        return file


@cache
def matrices(dtype):
    """The library with the product of matrices, for numbers of this dtype."""
    found, number, pointer = load(source_of("matrices.c"), dtype), ctypes.c_long, ctypes.c_void_p
    found.panel_width.restype = number
    for name in ("pack", "pack_transposed"):
        getattr(found, name).argtypes = [number, pointer, number, pointer, pointer]
    found.work_size.restype, found.work_size.argtypes = number, [number] * 2
    found.multiply_transposed.argtypes = [number, number, pointer, number, number] + [pointer] * 4
    return found
