"""What a training run borrows of the process, and gives back."""

import signal
import threading
from contextlib import contextmanager

import torch


@contextmanager
def left_as_found(model, device):
    """Train inside; afterwards the process is what it was, but for the model's weights."""
    modes = [(module, module.training) for module in model.modules()]
    states, flushed = random_states(device), numbers_near_zero_are_flushed()
    model.train()
    torch.set_flush_denormal(True)  # numbers near zero, which long gaps make, are slow otherwise
    try:
        with torch.enable_grad():
            yield
    finally:
        torch.set_flush_denormal(flushed)
        set_random_states(states, device)
        for module, mode in modes:
            module.training = mode


def numbers_near_zero_are_flushed():
    """What ``torch.set_flush_denormal`` was last told: it cannot be asked."""
    return (torch.tensor(1e-310, dtype=torch.float64, device="cpu") * 1.0).item() == 0


def random_states(device):
    """PyTorch's own random states: the processor's, and the card's if the model is on one."""
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    return states


def set_random_states(states, device):
    torch.set_rng_state(states["cpu"])
    if device.type == "cuda" and "cuda" in states:  # the file may be of a run on the processor
        torch.cuda.set_rng_state(states["cuda"], device)


@contextmanager
def whole():
    """Hold an interruption back to the end of the block: a step is taken whole or not at all."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT)
    if not in_main_thread or before is None:  # never interrupted; or not from Python
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
