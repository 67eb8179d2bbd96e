"""Compiled files are made once, found again, never trusted blindly, and never in the way."""

import ctypes
import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from lstm_lib.equations import build

ONE = "int one(void) { return 1; }\n"


@pytest.fixture(autouse=True)
def nothing_loaded_yet(monkeypatch):
    build.loaded_or_reason.cache_clear()
    for name in ("CC", "LSTM_LIB_MARCH"):
        monkeypatch.delenv(name, raising=False)
    yield
    build.loaded_or_reason.cache_clear()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("LSTM_LIB_CACHE", str(folder))
    return folder


@pytest.fixture
def compiled(monkeypatch):
    """The sources that are compiled from now on."""
    sources, real = [], build.compiled

    def watched(command, source, folder, key):
        sources.append(source)
        return real(command, source, folder, key)

    monkeypatch.setattr(build, "compiled", watched)
    return sources


def one_again(source=ONE, dtype="float64"):
    """As another process would."""
    build.loaded_or_reason.cache_clear()
    return build.load(source, dtype).one()


def in_a_process(code, **environment):
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# Found again


def test_a_file_is_compiled_once_and_found_by_other_processes(cache, compiled):
    assert one_again() == one_again() == 1
    assert len(compiled) == 1
    (file,) = cache.iterdir()  # nothing else is left
    assert file.suffix == build.SUFFIX
    assert cache.stat().st_mode & 0o777 == 0o700
    code = f"""
from lstm_lib.equations import build
build.compiled = None
print(build.load({ONE!r}, "float64").one())
"""
    assert in_a_process(code).communicate()[0] == "1\n"


def test_the_same_is_not_loaded_twice_in_a_process(cache, compiled):
    assert build.load(ONE, "float64") is build.load(ONE, "float64")


@pytest.mark.parametrize(
    "what", ["source", "dtype", "march", "flags", "runtime", "processor", "CC"]
)
def test_what_a_file_is_made_of_decides_which_it_is(what, cache, compiled, monkeypatch):
    one_again()
    source, dtype = ONE, "float64"
    if what == "source":
        source = ONE.replace("1;", "2;")
    elif what == "dtype":
        dtype = "float32"
    elif what == "march":
        monkeypatch.setenv(
            "LSTM_LIB_MARCH", "x86-64" if os.uname().machine == "x86_64" else "armv8-a"
        )
    elif what == "flags":
        monkeypatch.setattr(build, "FLAGS", (*build.FLAGS, "-DOTHER"))
    elif what == "runtime":
        monkeypatch.setattr(build, "source_of", lambda file: "/* another */")
    elif what == "processor":
        monkeypatch.setattr(build, "processor", lambda: "another")
    elif what == "CC":
        other = cache.parent / "other-cc"
        other.symlink_to(build.compiler()[0])
        monkeypatch.setenv("CC", f"{other} -DSETTING")
    expected = 2 if what == "source" else 1
    assert one_again(source, dtype) == one_again(source, dtype) == expected
    assert len(compiled) == len(list(cache.iterdir())) == 2


def test_the_options_leave_numbers_as_they_are():
    for real in build.REALS.values():
        assert not {"-ffast-math", "-Ofast", "-ffinite-math-only"} & set(build.options(real))
        assert not any(each.startswith("-funsafe") for each in build.options(real))


# Not trusted


def corrupted(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


def truncated(file):
    file.write_bytes(file.read_bytes()[:1000])


def emptied(file):
    file.write_bytes(b"")


def foreign(file):
    """Another library under the right key."""
    other = file.with_name("other.so")
    source = other.with_suffix(".c")
    source.write_text("int one(void) { return 666; }\n")
    subprocess.run([*build.compiler(), "-shared", "-fPIC", source, "-o", other], check=True)
    os.replace(other, file)
    source.unlink()


@pytest.mark.parametrize("damage", [corrupted, truncated, emptied, foreign])
def test_a_damaged_file_is_made_again_and_never_loaded(damage, cache, compiled):
    # Not loaded in this process before: the loader would give the same library again.
    code = f"from lstm_lib.equations import build; build.load({ONE!r}, 'float64')"
    assert in_a_process(code).wait() == 0
    (file,) = cache.iterdir()
    damage(file)
    assert one_again() == 1
    assert len(compiled) == 1
    (file,) = cache.iterdir()
    assert file.stem.split("-")[1] == build.digest(file.read_bytes())


def test_a_file_with_an_honest_name_that_is_no_library_is_made_again(cache, compiled):
    one_again()
    (file,) = cache.iterdir()
    key = file.stem.split("-")[0]
    file.unlink()
    text = b"no library at all"
    (cache / f"{key}-{build.digest(text)}{build.SUFFIX}").write_bytes(text)
    assert one_again() == 1 and len(compiled) == 2


def test_a_file_that_vanishes_meanwhile_is_made_again(cache, compiled, monkeypatch):
    one_again()

    def vanished(path):
        raise FileNotFoundError(path)

    monkeypatch.setattr(Path, "read_bytes", vanished)
    key = next(cache.iterdir()).stem.split("-")[0]
    assert list(build.kept(cache, key)) == []


# Folders


def test_a_folder_that_cannot_be_written_to_is_passed_over(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("LSTM_LIB_CACHE", str(blocked / "cache"))
    monkeypatch.setattr(build.tempfile, "gettempdir", lambda: str(tmp_path))
    assert one_again() == 1
    (folder,) = (each for each in tmp_path.iterdir() if each.is_dir())
    assert folder.name == f"lstm_lib-{os.getuid()}"


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_folder_that_others_can_write_to_is_passed_over(mode, tmp_path, monkeypatch):
    cache, spare = tmp_path / "open", tmp_path / "spare"
    cache.mkdir()
    cache.chmod(mode)
    spare.mkdir()
    monkeypatch.setenv("LSTM_LIB_CACHE", str(cache))
    monkeypatch.setattr(build.tempfile, "gettempdir", lambda: str(spare))
    assert one_again() == 1
    assert not list(cache.iterdir()) and list(spare.iterdir())


def test_a_folder_of_somebody_else_is_passed_over(tmp_path, monkeypatch):
    assert build.is_ours(tmp_path / "mine")
    monkeypatch.setattr(build.os, "getuid", lambda: os.stat(tmp_path).st_uid + 1)
    assert not build.is_ours(tmp_path / "mine")


def test_without_a_folder_nothing_is_compiled_and_all_are_named(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("LSTM_LIB_CACHE", str(blocked / "cache"))
    monkeypatch.setattr(build.tempfile, "gettempdir", lambda: str(blocked))
    with pytest.raises(build.Unavailable) as caught:
        one_again()
    said = "cannot be written to, or others can write to it"
    assert str(caught.value).count(said) == 2 and str(blocked / "cache") in str(caught.value)


def test_the_folder_is_that_of_the_desktop_unless_told(monkeypatch):
    monkeypatch.delenv("LSTM_LIB_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert next(build.folders()) == Path("/somewhere/lstm_lib")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/reader")
    assert next(build.folders()) == Path("/home/reader/.cache/lstm_lib")


# The compiler


def test_the_compiler_may_have_options_and_is_looked_for_by_name(monkeypatch, tmp_path):
    found = build.compiler()[0]
    monkeypatch.setenv("CC", f"{found} -DMINE")
    assert build.compiler() == [found, "-DMINE"]
    monkeypatch.delenv("CC")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(build.Unavailable, match="no C compiler was found; looked for cc, gcc, cl"):
        build.compiler()


def test_an_error_of_the_compiler_is_a_reason_and_is_not_tried_again(cache, compiled):
    for _ in range(2):
        with pytest.raises(build.Unavailable, match="failed: step.c:1:1: error: "):
            build.load("this is no C\n", "float64")
    assert len(compiled) == 1
    assert not list(cache.iterdir())


# Several processes

AT_ONCE = """
from lstm_lib.cells import LSTMCell
from lstm_lib.equations import build
from lstm_lib.equations.c import c
from lstm_lib.equations.program import Program
source = c(Program(LSTMCell(3, 4)), ["h"]).text
print("ready", flush=True)
input()
assert build.matrices("float64").panel_width() and build.load(source, "float64").forward
print("done")
"""


def test_several_processes_may_build_at_once(cache):
    processes = [in_a_process(AT_ONCE) for _ in range(3)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate() for process in processes] == [("done\n", "")] * 3
    files = list(cache.iterdir())
    assert {file.suffix for file in files} == {build.SUFFIX}  # nothing unfinished is left
    for file in files:
        assert file.stem.split("-")[1] == build.digest(file.read_bytes())


# The same everywhere

RESULTS = """
import numpy as np, sys
from lstm_lib.cells import GRUCell, ProjectedLSTMCell
from lstm_lib.sequences.compiled import Code
x, found = np.linspace(-3, 3, 20 * 13 * 5).reshape(20, 13, 5), []
for cell in (GRUCell(5, 17), ProjectedLSTMCell(5, 17)):
    code, state = Code(cell), cell.initial_state(x[0])
    weights = [getattr(cell, each.kind)[each.gate] for each in code.weights]
    memory = code.forward([x], state, weights, None, True, 1)
    values = [memory[name] for name in code.names]
    kept = [memory[name] for name in code.kept]
    at_final = [None] * len(state)
    found += values + code.backward([x], weights, kept, values, at_final, [True], None, 1)
np.save(sys.argv[1], np.concatenate([each.ravel() for each in found]))
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="these processors are Intel's and AMD's")
def test_results_are_the_same_on_every_processor(tmp_path):
    found = []
    for march in ("x86-64", "native"):
        file = tmp_path / f"{march}.npy"
        environment = os.environ | {"OMP_NUM_THREADS": "1", "LSTM_LIB_MARCH": march}
        subprocess.run([sys.executable, "-c", RESULTS, str(file)], env=environment, check=True)
        found.append(np.load(file))
    np.testing.assert_allclose(*found, rtol=1e-12, atol=1e-12)


# The process's floating-point mode


@pytest.mark.parametrize("flush", [False, True], ids=["denormals", "flushed"])
def test_the_mode_of_the_processor_is_left_alone(flush, cache):
    tiny = torch.tensor([5e-324, 2e-308], dtype=torch.float64)
    try:
        if not torch.set_flush_denormal(flush):
            assert not flush
        before = (tiny * 0.5 * 2).tolist(), 2e-308 * 0.5
        build.load(build.source_of("matrices.c"), "float64").panel_width()
        ctypes.CDLL(str(next(cache.iterdir())))
        assert ((tiny * 0.5 * 2).tolist(), 2e-308 * 0.5) == before
        assert (before[1] == 0) == flush
    finally:
        torch.set_flush_denormal(False)
