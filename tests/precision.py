"""How a test computes in another precision for a while."""

from contextlib import contextmanager

import torch


@contextmanager
def default_dtype(dtype: torch.dtype):
    """What stands inside has this as PyTorch's default dtype."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)
