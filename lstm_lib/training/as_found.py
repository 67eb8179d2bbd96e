"""Settings of the process and the model that training changes, and their restoration afterwards."""

import signal
import threading
from contextlib import contextmanager

import torch


@contextmanager
def left_as_found(model, device):
    """Set up training inside the block; afterwards restore everything but the model's weights."""
    modes = [(module, module.training) for module in model.modules()]
    states, flushed = random_states(device), numbers_near_zero_are_flushed()
    model.train()
    torch.set_flush_denormal(True)  # long gaps lead to numbers near zero, which are slow otherwise
    try:
        with torch.enable_grad():
            yield
    finally:
        torch.set_flush_denormal(flushed)
        set_random_states(states, device)
        for module, mode in modes:
            module.training = mode


def numbers_near_zero_are_flushed():
    """The setting of ``torch.set_flush_denormal``, found by computing: PyTorch cannot be asked."""
    return (torch.tensor(1e-310, dtype=torch.float64, device="cpu") * 1.0).item() == 0


def random_states(device):
    """PyTorch's random states: the CPU's, and the GPU's if the model is on one."""
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    return states


def set_random_states(states, device):
    torch.set_rng_state(states["cpu"])
    if device.type == "cuda" and "cuda" in states:  # a checkpoint from a CPU has none
        torch.cuda.set_rng_state(states["cuda"], device)


def seed_gpu(device):
    """If the model is on a GPU: seed its random numbers by the processor's.

    The dropout of cuDNN has a state that cannot be read, only begun anew by a seed. With one for
    each update, an update draws the same numbers whether or not others were made before it.
    """
    if device.type == "cuda":
        seed = torch.randint(2**62, (), device="cpu").item()
        with torch.cuda.device(device):
            torch.cuda.manual_seed(seed)


@contextmanager
def uninterrupted():
    """Delay Ctrl-C to the end of the block, so that an update is made completely or not at all."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT)
    if (
        not in_main_thread or before is None
    ):  # there is no Ctrl-C here; or its handler is not Python's
        yield
        return
    held_back = []
    signal.signal(signal.SIGINT, lambda *_: held_back.append(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if held_back:
        signal.raise_signal(signal.SIGINT)
