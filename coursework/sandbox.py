"""One process per submission, isolated from the machine, from the course and from the others.

In the sandbox there is Python, the packages that the assignment allows, and an empty folder that
holds little and is gone afterwards. There is no network, no other process, no file of the course.
The process belongs to nobody, and has limits on time, memory, processes and files.

On Linux, namespaces of the kernel do this. They are made by ``unshare`` of util-linux and
:mod:`coursework.confine`, for others than root in a namespace of users; or else, where a machine
allows that to bubblewrap (``bwrap``) alone, by this, which limits what files hold but not how many
there are.
"""

import functools
import json
import os
import secrets
import select
import shutil
import signal
import site
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
CONFINE, WORKER = (Path(__file__).with_name(name) for name in ("confine.py", "worker.py"))
PYTHON = os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/nix/store", "/etc/ld.so.cache")

BUBBLEWRAP = "bubblewrap"
NAMESPACES = "namespaces"
USER_NAMESPACES = "user namespaces"
NONE = "none"

NOBODIES = range(61184, 65520)
"""Users that own nothing: the range from which systemd takes those of its services."""


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Args:
        cell_seconds: of the processor, for one cell; four times as many by the clock, on which
            the time does not count in which it waits for a processor that others have; four times
            as many for all processes that it starts, together.
        call_seconds: the same for one call of a function.
        seconds: by the same clock, for everything; if it waits all the time, twice as many.
        memory: bytes, for each process and for all of them together.
        processes: with their threads.
        disk: bytes in the one folder that can be written to.
        printed: bytes of output.
        answer: bytes of one answer.
    """

    cell_seconds: float = 20
    call_seconds: float = 5
    seconds: float = 120
    memory: int = 2 << 30
    processes: int = 32
    disk: int = 64 << 20
    printed: int = 16 << 20
    answer: int = 16 << 20


class Ended(Exception):
    """The process of a submission is gone.

    Args:
        status: ``timeout`` or ``crashed``.
        what: what happened, as the rest of a sentence.
    """

    def __init__(self, status: str, what: str):
        super().__init__(what)
        self.status, self.what = status, what


class NoSandbox(Exception):
    """This machine has no sandbox to offer; the message says what was tried."""


# What can be seen


@functools.cache
def packages(*names: str) -> tuple[str, ...]:
    """The files and folders of these distributions and of all that they need.

    Raises:
        ModuleNotFoundError: one of ``names`` is not installed.
    """
    found, wanted = {}, list(names)
    while wanted:
        name = wanted.pop()
        if name in found:
            continue
        try:
            one = found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            if name in names:
                raise ModuleNotFoundError(
                    f"the assignment needs {name}, which is not installed"
                ) from None
            continue
        for each in map(Requirement, one.requires or ()):
            if not each.marker or each.marker.evaluate({"extra": ""}):
                wanted.append(each.name)
    paths = {
        str(one.locate_file(file.parts[0]))
        for one in found.values()
        for file in one.files or ()
        if file.parts[0] not in ("..", "__pycache__")
    }
    return tuple(sorted(path for path in paths if os.path.exists(path)))


def view(allowed: Iterable[str], hidden: Iterable[Path]) -> list[tuple[str, str]]:
    """What the sandbox sees of the machine, in order: pairs of what is shown read-only and the
    place where, or of nothing and a place that is to be empty.

    Args:
        allowed: the distributions that may be imported.
        hidden: folders of which nothing may be seen, if they lie in something that is.
    """
    base = sys.base_prefix
    shown = [*LIBRARIES, f"{base}/lib", f"{base}/{sys.platlibdir}", PYTHON]
    shown = [path for path in dict.fromkeys(shown) if os.path.exists(path)]
    installed = [*site.getsitepackages([base, "/usr"]), "/usr/lib/python3/dist-packages"]
    inside = [path for path in (*installed, *map(str, hidden)) if within(path, shown)]
    return [
        *((path, path) for path in shown),
        *(("", path) for path in dict.fromkeys(inside) if os.path.isdir(path)),
        *((path, path) for path in packages(*allowed)),
        (str(WORKER), "/worker.py"),
    ]


def within(path: str, folders: Iterable[str]) -> bool:
    return any(Path(path).is_relative_to(folder) for folder in folders)


def environment(allowed: Iterable[str]) -> dict[str, str]:
    """All environment variables of the process."""
    folders = sorted({str(Path(path).parent) for path in packages(*allowed)})
    return {
        "PYTHONPATH": os.pathsep.join(folders),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "LD_LIBRARY_PATH": f"{sys.base_prefix}/lib",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "agg",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }


# The command


def command(kind: str, task: dict) -> list[str]:
    """The command that starts a worker in a sandbox of this kind."""
    as_root = ["--user", "--map-root-user"] if kind == USER_NAMESPACES else []
    if kind in (NAMESPACES, USER_NAMESPACES):
        new = ("mount", "pid", "net", "ipc", "uts", "cgroup", "fork", "kill-child")
        start = ["unshare", *as_root, *(f"--{name}" for name in new)]
    elif kind == BUBBLEWRAP:
        start = bubblewrap(task)
    else:
        start = []
    confine = "/confine.py" if kind == BUBBLEWRAP else str(CONFINE)
    return [*start, PYTHON, "-I", "-S", confine, json.dumps(task)]


def bubblewrap(task: dict) -> list[str]:
    """The beginning of the command, for a user who is not root."""
    new = ("user", "pid", "net", "ipc", "uts", "cgroup-try")
    files = [
        part
        for source, target in [*task["view"], (str(CONFINE), "/confine.py")]
        for part in (
            ["--ro-bind", source, target] if source else ["--tmpfs", target, "--remount-ro", target]
        )
    ]
    disk = str(task["disk"])
    return [
        *("bwrap", "--die-with-parent", "--new-session", "--clearenv", *no_more_users()),
        *(f"--unshare-{name}" for name in new),
        *("--perms", "1777", "--size", disk, "--tmpfs", "/tmp"),
        *files,  # after /tmp: an environment may lie there
        *("--proc", "/proc", "--dev", "/dev"),
        *("--perms", "1777", "--size", disk, "--tmpfs", "/dev/shm"),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp", "--"),
    ]


@functools.cache
def no_more_users() -> tuple[str, ...]:
    """The option with which nothing inside can make namespaces of its own; older ones have none."""
    said = subprocess.run(["bwrap", "--help"], capture_output=True, text=True)
    option = "--disable-userns"
    return (option,) if option in said.stdout + said.stderr else ()


# The process


class Sandbox:
    """A worker in a sandbox, which answers requests until it ends.

    Args:
        kind: how it is isolated, from :func:`find`.
        allowed: the distributions that may be imported.
        limits: what it may use.
        hidden: folders of which nothing may be seen.
        stop: when it is set, waiting ends with ``KeyboardInterrupt``.
    """

    def __init__(
        self,
        kind: str,
        allowed: Iterable[str] = ("numpy",),
        limits: Limits = Limits(),  # noqa: B008, it cannot be changed
        hidden: Iterable[Path] = (),
        stop: threading.Event | None = None,
    ):
        self.kind, self.limits, self.stop = kind, limits, stop
        self.folder = tempfile.mkdtemp(prefix="submission-") if kind == NONE else "/tmp"
        user, self.claim = unused_user() if kind == NAMESPACES else (None, None)
        task = {
            "build": kind in (NAMESPACES, USER_NAMESPACES),
            "view": [] if kind == NONE else view(allowed, [ROOT, *hidden]),
            "disk": limits.disk,
            "user": user,
            "limits": {
                "RLIMIT_AS": limits.memory,
                "RLIMIT_CPU": int(limits.seconds) + 5,
                "RLIMIT_NPROC": limits.processes,
                "RLIMIT_NOFILE": 256,
                "RLIMIT_FSIZE": limits.disk,
                "RLIMIT_CORE": 0,
            },
            "python": PYTHON,
            "command": [PYTHON, "-P", "-s", "-S", str(WORKER) if kind == NONE else "/worker.py"],
            "environment": environment(allowed) | {"HOME": self.folder, "TMPDIR": self.folder},
        }
        self.begun = time.monotonic()
        self.process = subprocess.Popen(
            command(kind, task),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd="/" if kind != NONE else self.folder,
            env={"PATH": os.environ.get("PATH", os.defpath)},
            start_new_session=True,
        )
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            os.set_blocking(pipe.fileno(), False)
        self.received, self.printed, self.heard = bytearray(), 0, bytearray()
        self.worker: int | None = None
        self.most_cpu = 0.0

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every process in the sandbox, and wait until they are gone."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()
        if self.claim:
            self.claim.close()
        if self.kind == NONE:
            shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, do: str, wait: float, **request: object) -> dict:
        """Send a request, and wait for its answer.

        Args:
            do: what to do: a method of :class:`coursework.worker.Submission`.
            wait: how many seconds the answer may take by the clock, beside those in which the
                worker waits for a processor.
            request: its arguments.

        Raises:
            Ended: there is no answer and there will be none.
        """
        number = secrets.randbits(32)
        line = json.dumps({"do": do, "number": number, **request}).encode() + b"\n"
        answer = self.answer(memoryview(line), wait)
        if type(answer) is not dict or answer.get("number") != number:
            raise Ended("crashed", "answered what it had not been asked")
        self.worker = self.worker or last_child(self.process.pid)  # no cell has run yet
        return answer

    def answer(self, line: memoryview, seconds: float) -> object:
        asked, waited = time.monotonic(), self.waited()
        self.most_cpu = use(self.process.pid)[2] + 4 * self.limits.cell_seconds
        stdin, stdout, stderr = (
            pipe.fileno() for pipe in (self.process.stdin, self.process.stdout, self.process.stderr)
        )
        pipes = select.poll()
        for file in (stdout, stderr):
            pipes.register(file, select.POLLIN)
        pipes.register(stdin, select.POLLOUT)
        looked = asked
        while b"\n" not in self.received:
            if self.stop and self.stop.is_set():
                raise KeyboardInterrupt
            ready = dict(pipes.poll(100))
            if stdin in ready:
                try:
                    line = line[os.write(stdin, line) :]
                except BlockingIOError:
                    pass
                except BrokenPipeError:
                    line = line[:0]
                if not line:
                    pipes.unregister(stdin)
            if stderr in ready and not self.hear():
                pipes.unregister(stderr)
            if stdout in ready and not self.receive():
                raise self.gone()
            if (now := time.monotonic()) - looked > 0.1:
                self.check_use()
                self.check_time(now - asked, self.waited() - waited, seconds)
                looked = now
        self.check_use()
        self.hear()
        first, _, self.received = self.received.partition(b"\n")
        try:
            return json.loads(first)
        except (ValueError, RecursionError):
            raise Ended("crashed", "answered something that is not JSON") from None

    def waited(self) -> float:
        """How many seconds the worker has waited for a processor, while it had something to do."""
        return waited(self.worker) if self.worker else 0.0

    def check_time(self, passed: float, waited: float, most: float) -> None:
        """Compare the seconds that a request took, and all of them, with the most that they may.

        Raises:
            Ended: it is more, and there is no answer yet.
        """
        in_all, waited_in_all = time.monotonic() - self.begun, self.waited()
        if b"\n" not in self.received and (
            passed - min(waited, 4 * most) > most
            or in_all - min(waited_in_all, self.limits.seconds) > self.limits.seconds
        ):
            raise Ended("timeout", "took too long and could not be stopped")

    def receive(self) -> bool:
        """Read of the answer what is there; whether there can be more."""
        piece = os.read(self.process.stdout.fileno(), 1 << 16)
        self.received += piece
        if len(self.received) > self.limits.answer:
            raise Ended("crashed", f"gave an answer of more than {self.limits.answer >> 20} MB")
        return bool(piece)

    def hear(self) -> bool:
        """Read what was printed; whether there can be more."""
        try:
            piece = os.read(self.process.stderr.fileno(), 1 << 16)
        except BlockingIOError:
            return True
        self.printed += len(piece)
        self.heard = (self.heard + piece)[-2000:]
        if self.printed > self.limits.printed:
            raise Ended("crashed", f"printed more than {self.limits.printed >> 20} MB")
        return bool(piece)

    def check_use(self) -> None:
        """Add up what all processes of the sandbox use: each has limits of its own as well.

        Raises:
            Ended: it is more than the limits.
        """
        memory, tasks, cpu = use(self.process.pid)
        if memory > self.limits.memory:
            raise Ended("crashed", f"used more than {self.limits.memory >> 20} MB of memory")
        if tasks > self.limits.processes + 4:  # unshare or bwrap, and who waits beside the worker
            raise Ended("crashed", f"had more than {self.limits.processes} processes")
        if cpu > self.most_cpu:
            raise Ended("timeout", "took too long with all its processes")

    def gone(self) -> Ended:
        """What ended the process, by its exit code."""
        try:
            code = self.process.wait(5)
        except subprocess.TimeoutExpired:
            return Ended("crashed", "closed the pipe through which it answers")
        self.hear()
        code = code - 128 if code > 128 else -code
        names = {
            signal.SIGKILL: "was killed, perhaps because it used too much memory",
            signal.SIGSEGV: "ended in a segmentation fault",
            signal.SIGXCPU: "took too long and could not be stopped",
            signal.SIGXFSZ: "wrote a file that is too large",
        }
        status = "timeout" if code == signal.SIGXCPU else "crashed"
        return Ended(status, names.get(code, "ended its own process"))


def use(pid: int) -> tuple[int, int, float]:
    """The bytes of memory, the number of threads, and the seconds of the processor, of a process
    and of all that it started."""
    memory, tasks, ticks, pids = 0, 0, 0, [pid]
    while pids:
        folder = Path("/proc", str(pids.pop()))
        try:
            memory += int((folder / "statm").read_text().split()[1])
            ticks += sum(map(int, (folder / "stat").read_text().rpartition(")")[2].split()[11:15]))
            threads = os.listdir(folder / "task")
            tasks += len(threads)
            for thread in threads:
                pids += (folder / "task" / thread / "children").read_text().split()
        except (OSError, IndexError):
            continue  # it has ended, or there is no /proc
    return memory * os.sysconf("SC_PAGE_SIZE"), tasks, ticks / os.sysconf("SC_CLK_TCK")


def waited(pid: int) -> float:
    """How many seconds a process has waited for a processor, as the kernel counts; 0 if it does
    not."""
    try:
        return int(Path("/proc", str(pid), "schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def last_child(pid: int) -> int:
    """The process at the end of a chain, each of which has started one."""
    while True:
        try:
            [pid] = map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        except (OSError, ValueError):
            return pid


def unused_user() -> tuple[int, socket.socket]:
    """A user of :data:`NOBODIES` that no other sandbox has, whoever started it; and what claims it,
    to be closed at the end. The kernel counts the processes of a user in all sandboxes together.
    """
    start = secrets.randbelow(len(NOBODIES))
    for user in (*NOBODIES[start:], *NOBODIES[:start]):
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0coursework sandbox of user {user}")
            return user, claim
        except OSError:
            claim.close()
    raise NoSandbox(f"all {len(NOBODIES)} users for sandboxes are in use")


# Which one


LOOK = f"""
import os, socket
for path in ("/etc/passwd", {str(ROOT / "README.md")!r}, {str(CONFINE)!r}):
    if os.path.exists(path):
        raise OSError(f"{{path}} can be seen")
if any(name != "lo" for _, name in socket.if_nameindex()):
    raise OSError("a network can be reached")
if os.path.isdir("/proc") and sum(map(str.isdigit, os.listdir("/proc"))) > 4:
    raise OSError("other processes can be seen")
"""
"""What a submission does that looks for what it must not see."""


@functools.cache
def find() -> str:
    """The kind of sandbox that this machine can make: the first that keeps what it promises.

    Raises:
        NoSandbox: none does.
    """
    if sys.platform != "linux":
        raise NoSandbox(f"a sandbox is made by the kernel of Linux, and this is {sys.platform}")
    is_root = os.geteuid() == 0  # then users can change, and nothing is asked of bubblewrap
    tried = []
    for kind, tool in (
        (NAMESPACES, "unshare"),
        (USER_NAMESPACES, "unshare"),
        (BUBBLEWRAP, "bwrap"),
    ):
        if {BUBBLEWRAP: is_root, NAMESPACES: not is_root}.get(kind):
            continue
        if not shutil.which(tool):
            tried.append(f"{kind}: {tool} is not installed")
            continue
        with Sandbox(kind) as sandbox:
            try:
                answer = sandbox.ask("run", 30, cell=0, source=LOOK, seconds=10)
                if not answer.get("error"):
                    return kind
                tried.append(f"{kind}: {answer['error']['message']}")
            except Ended as error:
                said = sandbox.heard.decode(errors="replace").strip().splitlines()
                tried.append(f"{kind}: {said[-1] if said else error.what}")
    raise NoSandbox("; ".join(tried))
