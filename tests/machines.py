"""Execute every notebook as other processors would, and compare with what is stored.

    python tests/machines.py                              every notebook, as `make test-machines`
    python tests/machines.py notebooks/03*.ipynb          these only

Numerical libraries have several versions of their loops and choose one by the instruction sets of
the processor; the choice changes the last digits. An environment variable can restrict each library
to fewer instructions. A notebook that passes with every set prints the same on other processors.
For a single set: `pytest --instructions default --threads 2 …`.
"""

import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
from stored import NOTEBOOKS, ROOT

NATIVE = "native"
"""All instructions that this processor has."""

LOWERED = {
    "default": {
        "ATEN_CPU_CAPABILITY": "default",  # PyTorch's own loops
        "MKL_CBWR": "COMPATIBLE",  # products of matrices in PyTorch
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "OPENBLAS_CORETYPE": "Nehalem",  # products of matrices in NumPy
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4",  # exp, sin: of C, and so of NumPy
        "LSTM_LIB_MARCH": "x86-64",  # what this library compiles
    },
    "avx2": {
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_CBWR": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "OPENBLAS_CORETYPE": "Haswell",
        "LSTM_LIB_MARCH": "x86-64-v3",
    },
    "avx512": {"ATEN_CPU_CAPABILITY": "avx512", "LSTM_LIB_MARCH": "x86-64-v4"},
}
"""The variables that restrict each library to a set of instructions; each includes the last."""

NUMPY_LOOPS = {"avx2": {"X86_V3"}, "avx512": {"X86_V4", "AVX512_ICL", "AVX512_SPR"}}
"""NumPy's own loops (tanh; exp in float32), which are switched off one by one."""


def available() -> list[str]:
    """The sets of instructions that this processor can do; one that is not x86 has its own only."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return [NATIVE]
    import torch  # takes a second, which not everybody who reads the options has to wait

    most = torch.backends.cpu.get_cpu_capability().lower()
    names = list(LOWERED)
    return names[: names.index(most) + 1]


def variables(instructions: str, threads: int) -> dict[str, str]:
    """The environment variables of a process that is to compute with these only.

    ``lowest`` are the fewest that this processor can be held to.

    Raises:
        ValueError: this processor cannot do them.
    """
    threaded = {"OMP_NUM_THREADS": str(threads)}
    if instructions == NATIVE:
        return threaded
    can = available()
    if instructions == "lowest":
        return variables(can[0], threads) if can != [NATIVE] else threaded
    if instructions not in can:
        known = ", ".join(dict.fromkeys([NATIVE, "lowest", *can]))
        raise ValueError(f"instructions on this processor are {known}, not {instructions!r}")
    held = list(LOWERED)[: list(LOWERED).index(instructions) + 1]
    off = set().union(*(loops for name, loops in NUMPY_LOOPS.items() if name not in held))
    off &= set(np.show_config(mode="dicts")["SIMD Extensions"].get("found", ()))
    numpy = {"NPY_DISABLE_CPU_FEATURES": " ".join(sorted(off))} if off else {}
    return LOWERED[instructions] | numpy | threaded


def same_as_stored(notebooks: list[str], instructions: str, threads: int) -> bool:
    """Whether the tests of the notebooks' texts and figures pass on a machine."""
    command = [sys.executable, "-m", "pytest", *notebooks, "tests/book/test_figures.py", "--quiet"]
    command += ["-k", " or ".join(Path(notebook).stem for notebook in notebooks)]
    command += ["--nbval", "--nbval-sanitize-with", "tests/nbval.cfg"]
    command += ["--instructions", instructions, "--threads", str(threads)]
    processes = max(1, (os.cpu_count() or 1) // threads)
    command += ["--numprocesses", str(processes), "--dist", "loadgroup", "--no-loadscope-reorder"]
    return subprocess.run(command, cwd=ROOT).returncode == 0


def main(arguments: list[str]) -> None:
    notebooks = [str(Path(each).resolve()) for each in arguments] or [str(n) for n in NOTEBOOKS]
    machines = [(instructions, threads) for instructions in available() for threads in (1, 2)]
    differ = []
    for turn, (instructions, threads) in enumerate(machines, 1):
        machine = f"instructions: {instructions}, threads: {threads}"
        print(f"\n=== Machine {turn} of {len(machines)}, {machine}", flush=True)
        if not same_as_stored(notebooks, instructions, threads):
            differ.append(machine)
            print(f"=== Not as stored with {machine}", flush=True)
    if differ:
        sys.exit("\nNot as stored on these machines:\n" + "\n".join(differ))
    print(f"\nThe same as stored on all {len(machines)} machines.")


if __name__ == "__main__":
    main(sys.argv[1:])
