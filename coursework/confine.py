"""The first process in new namespaces. It builds the file system that a submission sees, waits
beside the worker, and gives up every privilege before the worker begins.

It runs by the path of this file, with the standard library alone: nothing else is there. What it
is to do comes as JSON in its argument, from :mod:`coursework.sandbox`.
"""

import contextlib
import ctypes
import json
import os
import resource
import select
import sys
from pathlib import Path

RDONLY, NOSUID, NODEV, NOEXEC = 1, 2, 4, 8
REMOUNT, BIND, REC, PRIVATE = 32, 4096, 16384, 1 << 18
KEPT = {8: 8, 1024: 1024, 2048: 2048, 4096: 1 << 21}  # noexec, noatime, nodiratime, relatime
DETACH = 2

SET_DUMPABLE, DROP_FROM_BOUNDING_SET, NO_NEW_PRIVILEGES = 4, 24, 38
CAPABILITIES_V3 = 0x20080522

DEVICES = ("null", "zero", "full", "random", "urandom")

libc = ctypes.CDLL(None, use_errno=True)


def system(name: str, *arguments) -> None:
    """Call a function of the C library."""
    arguments = [a.encode() if isinstance(a, str) else a for a in arguments]
    if getattr(libc, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}{tuple(arguments)}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    system("mount", source, target, kind, ctypes.c_ulong(flags), options)


# The file system


def build(view: list, disk: int) -> None:
    """Make a root of what ``view`` lists, and leave the rest of the machine behind.

    The new root is a folder in an empty file system, and is entered by ``chroot``: a process in
    such a root cannot make namespaces of its own, with which it would have privileges again.
    """
    mount("none", "/", None, REC | PRIVATE)
    mount("tmpfs", "/tmp", "tmpfs", NOSUID | NODEV, "mode=755,size=4m")
    os.mkdir("/tmp/old")
    os.mkdir("/tmp/new")
    system("pivot_root", "/tmp", "/tmp/old")
    os.chdir("/")
    for folder, size in (("/new/tmp", disk), ("/new/dev/shm", disk // 4)):
        os.makedirs(folder)
        options = f"mode=1777,size={size},nr_inodes=4096"
        mount("tmpfs", folder, "tmpfs", NOSUID | NODEV, options)
    for source, target in view:  # after /tmp: an environment may lie there
        if source:
            read_only(source, target)
        else:
            empty(target)
    for name in DEVICES:
        place = Path("/new/dev", name)
        place.touch()
        mount(f"/old/dev/{name}", str(place), None, BIND)
    os.mkdir("/new/proc")
    with contextlib.suppress(OSError):  # a container may forbid it, and nothing here needs it
        mount("proc", "/new/proc", "proc", NOSUID | NODEV | NOEXEC)
    system("umount2", "/old", DETACH)
    mount("none", "/", None, REMOUNT | BIND | RDONLY | NOSUID | NODEV)
    os.chroot("/new")
    os.chdir("/tmp")


def read_only(source: str, target: str) -> None:
    source, target = Path("/old" + source), Path("/new" + target)
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    mount(str(source), str(target), None, BIND | REC)
    has = os.statvfs(target).f_flag
    flags = sum(flag for bit, flag in KEPT.items() if has & bit)  # these may not be taken off
    mount("none", str(target), None, REMOUNT | BIND | RDONLY | NOSUID | NODEV | flags)


def empty(target: str) -> None:
    if Path("/new" + target).is_dir():
        mount("tmpfs", "/new" + target, "tmpfs", NOSUID | NODEV, "mode=755,size=1m")


# The privileges


def limit(limits: dict) -> None:
    for name, most in limits.items():
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):
            if sys.platform == "linux":
                raise  # macOS has limits that it does not let one set


def give_up(user: int | None) -> None:
    """Become a user who owns nothing, and drop every capability for good."""
    for number in range(64):
        libc.prctl(DROP_FROM_BOUNDING_SET, number, 0, 0, 0)  # those that there are
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    header = (ctypes.c_uint32 * 2)(CAPABILITIES_V3, 0)
    system("capset", header, (ctypes.c_uint32 * 6)())
    system("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    with contextlib.suppress(OSError):  # if memory runs out, it goes first
        Path("/proc/self/oom_score_adj").write_text("1000")


# The processes


def wait_beside(worker: int) -> None:
    """End when the worker does, or when nobody reads any more what it prints: with this process,
    the first in its namespace, every other one there ends too."""
    watch = select.poll()
    watch.register(os.pidfd_open(worker), select.POLLIN)
    watch.register(2, 0)  # an error here: the other end is closed
    while True:
        for file, event in watch.poll():
            if file == 2 and event:
                os._exit(1)
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == worker:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)


def main(task: dict) -> None:
    if task["build"]:
        build(task["view"], task["disk"])
        if worker := os.fork():
            wait_beside(worker)
    limit(task["limits"])
    if sys.platform == "linux":
        give_up(task["user"])
    os.execve(task["python"], task["command"], task["environment"])


if __name__ == "__main__":
    try:
        main(json.loads(sys.argv[1]))
    except OSError as error:
        sys.exit(f"the sandbox cannot be made: {error}")
