"""What a submission cannot do in its sandbox, and what it can."""

import dataclasses
import os
import shutil
import sys
import time
from pathlib import Path

import pytest
from stored import ROOT

from coursework.sandbox import (
    BUBBLEWRAP,
    NAMESPACES,
    NOBODIES,
    NONE,
    USER_NAMESPACES,
    Ended,
    Limits,
    NoSandbox,
    Sandbox,
    find,
    no_more_users,
    packages,
    unused_user,
    waited,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is made by Linux")

IS_ROOT = os.geteuid() == 0
KINDS = [NAMESPACES if IS_ROOT else BUBBLEWRAP, USER_NAMESPACES]
LIMITS = Limits(cell_seconds=5, processes=16, memory=1 << 30, disk=8 << 20, printed=1 << 20)


TAKEN = "the one that is taken"
"""The kind that the grader takes here; ``make test-grading`` tries all of :data:`KINDS`."""


def pytest_generate_tests(metafunc):
    if "kind" in metafunc.fixturenames:
        kinds = KINDS if metafunc.config.getoption("--every-submission") else [TAKEN]
        metafunc.parametrize("kind", kinds, indirect=True, scope="module")


@pytest.fixture(scope="module")
def kind(request):
    """A kind of sandbox that this machine can make."""
    if request.param == TAKEN:
        try:
            return find()
        except NoSandbox as why:
            pytest.skip(f"no sandbox can be had here: {why}")
    if request.param == BUBBLEWRAP and not shutil.which("bwrap"):
        pytest.skip("bubblewrap is not installed")
    with Sandbox(request.param) as sandbox:
        try:
            sandbox.ask("read", 60, cells=[])
        except Ended:
            pytest.skip(f"this machine does not allow it: {sandbox.heard.decode()}")
    return request.param


@pytest.fixture
def box(kind):
    with Sandbox(kind, ("numpy",), LIMITS) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def shared(kind):
    """A sandbox for all tests that leave it as it was."""
    with Sandbox(kind, ("numpy",), dataclasses.replace(LIMITS, seconds=3600)) as sandbox:
        yield sandbox


def run(box, source: str) -> str:
    """The error that a cell raises; nothing if none."""
    answer = box.ask("run", 60, cell=0, source=source, seconds=20)
    error = answer.get("error")
    return f"{error['type']}: {error['message']}" if error else ""


def value(box, expression: str, **arguments) -> object:
    """The value of an expression in the sandbox."""
    assert run(box, f"import os, sys\ndef f():\n    return {expression}") == ""
    return box.ask("call", 60, function="f", arguments={"dict": {}}, seconds=20)["value"]


def test_the_course_is_not_there(shared):
    secrets = [ROOT / "README.md", ROOT / "coursework", ROOT / "lstm_lib", Path(__file__)]
    for path in (*secrets, "/etc/passwd", "/var", "/sys", "/bin/sh", "/usr/bin/env"):
        assert Path(path).exists() or path == "/sys"
        assert value(shared, f"os.path.exists({str(path)!r})") is False, path


def test_of_the_homes_only_the_way_to_the_packages_is_there(shared):
    home, packages = Path("/home"), Path(sys.prefix)
    way = [packages.relative_to(home).parts[0]] if home in packages.parents else []
    there = "os.listdir('/home') if os.path.exists('/home') else []"
    assert value(shared, f"({there}) == {way!r}") is True


def test_the_folder_of_the_others_is_not_there_wherever_it_lies(kind, tmp_path):
    package = Path(packages("numpy")[0]).parent / "numpy"
    with Sandbox(kind, ("numpy",), LIMITS, hidden=[tmp_path, package.parent]) as box:
        assert run(box, "import numpy") == ""
        listed = value(box, f"os.listdir({str(package.parent)!r})")["list"]
    assert "numpy" in listed
    assert "lstm_lib" not in listed and "torch" not in listed


@pytest.mark.parametrize("name", ["lstm_lib", "torch", "matplotlib", "experiments", "coursework"])
def test_only_what_is_allowed_can_be_imported(shared, name):
    assert run(shared, f"import {name}").startswith("ModuleNotFoundError")


def test_matplotlib_draws_where_it_is_allowed(kind):
    with Sandbox(kind, ("numpy", "matplotlib"), LIMITS) as box:
        assert run(box, "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()") == ""


def test_there_is_no_network(shared):
    assert value(shared, "[n for _, n in __import__('socket').if_nameindex()]") == {"list": ["lo"]}
    source = "import socket; socket.create_connection(('{}', {}), 2)"
    assert "OSError" in run(shared, source.format("1.1.1.1", 53))
    assert "gaierror" in run(shared, source.format("pypi.org", 443))


def test_no_other_process_is_there(shared):
    processes = value(shared, "[n for n in os.listdir('/proc') if n.isdigit()]")["list"]
    assert len(processes) <= 3
    assert run(shared, "import os; os.kill(1, 9)") in (
        "",
        "PermissionError: [Errno 1] Operation not permitted",
    )
    assert value(shared, "1") == 1


def test_nothing_is_known_of_who_grades(shared):
    environment = value(shared, "sorted(os.environ)")["list"]
    assert not {"USER", "PWD", "SSH_AUTH_SOCK"} & set(environment)
    assert value(shared, "len(os.listdir('/proc/self/fd'))") <= 8


def test_it_has_no_privileges_and_gets_none(shared):
    status = value(shared, "open('/proc/self/status').read()")
    assert "CapEff:\t0000000000000000" in status and "CapBnd:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status
    unshare = "__import__('ctypes').CDLL(None).unshare"
    for flag in (0x10000000, 0x10000000 | 0x00020000, 0x40000000):  # users, mounts, networks
        assert value(shared, f"{unshare}({flag})") == -1


def test_no_two_sandboxes_have_the_same_user_at_a_time(monkeypatch):
    """Wherever the search begins: another grader may run on this machine."""
    monkeypatch.setattr("secrets.randbelow", lambda most: most - 1)
    (one, first), (two, second) = unused_user(), unused_user()
    first.close()
    three, third = unused_user()
    second.close(), third.close()
    assert one == three != two
    assert {one, two} <= set(NOBODIES)


def test_each_submission_is_another_user(kind):
    if kind != NAMESPACES:
        pytest.skip("only root can make somebody else of a submission")
    with Sandbox(NAMESPACES) as one, Sandbox(NAMESPACES) as other:
        users = [value(box, "os.getuid()") for box in (one, other)]
    assert len({0, os.getuid(), *users}) == 3


@pytest.mark.parametrize("place", ["/x", "/dev/x", "/usr/lib/x", "/worker.py", "/etc/x"])
def test_nothing_can_be_written(shared, place):
    assert "OSError" in run(shared, f"open({place!r}, 'w')") or "PermissionError" in run(
        shared, f"open({place!r}, 'w')"
    )


def test_its_own_folder_is_small(box, kind):
    assert value(box, "os.getcwd()") == "/tmp"
    assert run(box, "open('a', 'wb').write(bytes(4 << 20))") == ""
    assert "Errno" in run(box, "for n in 'bcdef': open(n, 'wb').write(bytes(4 << 20))")
    if kind != BUBBLEWRAP:  # it limits what files hold, and not how many there are
        assert "Errno" in run(box, "for n in range(9999): open(f'x{n}', 'wb')")
    assert "Errno" in run(
        box, "for n in 'bcdef': open(f'/dev/shm/{n}', 'wb').write(bytes(4 << 20))"
    )


def test_processes_are_few(box):
    source = "import os, time\nfor _ in range(99):\n    if not os.fork(): time.sleep(60)"
    try:
        assert run(box, source) == "BlockingIOError: [Errno 11] Resource temporarily unavailable"
    except Ended as ended:  # for root under another name, the kernel does not count
        assert ended.what == "had more than 16 processes"


def test_all_processes_together_have_little_of_the_processor(kind):
    limits = dataclasses.replace(LIMITS, cell_seconds=0.2)
    source = "import os\nfor _ in range(4): os.fork()\nwhile True: pass"
    with (
        Sandbox(kind, ("numpy",), limits) as box,
        pytest.raises(Ended, match="^took too long with all its processes$") as caught,
    ):
        run(box, source)
    assert caught.value.status == "timeout"


def test_who_waits_for_a_processor_has_not_taken_too_long(monkeypatch):
    """A machine may be so busy that an honest submission is not looked at for a while."""
    with Sandbox(NONE, ("numpy",), dataclasses.replace(LIMITS, seconds=3600)) as box:
        box.ask("read", 60, cells=[])
        assert b"worker.py" in Path(f"/proc/{box.worker}/cmdline").read_bytes()
        asleep = {"cell": 0, "source": "import time; time.sleep(1)", "seconds": 0.1}
        assert box.ask("run", 60, **asleep)["error"]["out_of_time"] is True
        assert run(box, ALWAYS_WAITING) == ""
        assert "error" not in box.ask("run", 60, **asleep)

        monkeypatch.setattr("coursework.sandbox.waited", lambda _: time.monotonic())
        assert "error" not in box.ask("run", 0.3, **asleep)
        monkeypatch.setattr("coursework.sandbox.waited", lambda _: 0.0)
        with pytest.raises(Ended, match="^took too long and could not be stopped$"):
            box.ask("run", 0.3, **asleep)


ALWAYS_WAITING = """
import sys, time
frame = sys._getframe()
while "waited" not in frame.f_globals:
    frame = frame.f_back
frame.f_globals["waited"] = time.monotonic
"""
"""Makes the worker believe that it waits for a processor all the time."""


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="the kernel does not count")
def test_the_kernel_says_how_long_a_process_waits(kind):
    """Two processes on one processor: each waits while the other has it."""
    source = "import os, time\nos.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])\n"
    source += "if not os.fork():\n    while True: pass\nend = time.process_time() + 0.4\n"
    source += "while time.process_time() < end: pass"
    with Sandbox(kind, ("numpy",), LIMITS) as box:
        box.ask("read", 60, cells=[])
        before = waited(box.worker)
        assert run(box, source) == ""
        assert waited(box.worker) - before > 0.1


def test_memory_is_little(shared):
    assert run(shared, "x = bytearray(2 << 30)") == "MemoryError: "


def test_what_is_printed_is_little(box):
    with pytest.raises(Ended, match="^printed more than 1 MB$"):
        run(box, "while True: print('x' * 1000)")


def test_what_cannot_be_stopped_is_ended(kind):
    with Sandbox(kind, ("numpy",), LIMITS) as box:
        box.ask("read", 60, cells=[])
        with pytest.raises(Ended, match="^took too long and could not be stopped$") as caught:
            box.ask("run", 3, cell=0, source="sum(iter(int, 1))", seconds=1)
    assert caught.value.status == "timeout"
    assert box.process.returncode is not None


def test_an_answer_that_is_too_large_is_not_read(box):
    write = (
        "import os\nwhile True:\n    for fd in range(3, 9):\n        os.write(fd, bytes(1 << 16))"
    )
    with pytest.raises(Ended, match="gave an answer of more than 16 MB|ended its own process"):
        run(
            box,
            write.replace(
                "os.write(fd, bytes(1 << 16))",
                "try: os.write(fd, bytes(1 << 16))\n        except OSError: pass",
            ),
        )


def test_a_machine_without_namespaces_says_so(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(NoSandbox, match="unshare is not installed"):
        find.__wrapped__()


def test_a_machine_that_refuses_namespaces_says_what_each_attempt_was_told(monkeypatch, tmp_path):
    for tool in ("unshare", "bwrap"):
        refusal = f"#!/bin/sh\necho '{tool}: Operation not permitted' >&2\nexit 1\n"
        (tmp_path / tool).write_text(refusal)
        (tmp_path / tool).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    no_more_users.cache_clear()
    kinds = (NAMESPACES, USER_NAMESPACES) if IS_ROOT else (USER_NAMESPACES, BUBBLEWRAP)
    with pytest.raises(NoSandbox) as caught:
        find.__wrapped__()
    no_more_users.cache_clear()
    tools = {BUBBLEWRAP: "bwrap"}
    assert str(caught.value) == "; ".join(
        f"{kind}: {tools.get(kind, 'unshare')}: Operation not permitted" for kind in kinds
    )


def test_another_system_says_so(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(NoSandbox, match="^a sandbox is made by the kernel of Linux, and this is"):
        find.__wrapped__()


def test_a_sandbox_that_shows_too_much_is_not_taken(monkeypatch):
    monkeypatch.setattr("coursework.sandbox.command", lambda kind, task: open_command(task))
    with pytest.raises(NoSandbox, match="can be seen"):
        find.__wrapped__()


def open_command(task: dict) -> list[str]:
    """A command that starts a worker with the whole machine in sight."""
    worker = str(ROOT / "coursework" / "worker.py")
    variables = [f"{name}={text}" for name, text in task["environment"].items()]
    return ["env", *variables, sys.executable, worker]


def test_without_a_sandbox_there_are_limits_still():
    with Sandbox(NONE, ("numpy",), LIMITS) as box:
        assert run(box, "x = bytearray(2 << 30)") == "MemoryError: "
        folder = Path(value(box, "os.getcwd()"))
        assert folder.is_dir()
    assert not folder.exists()
