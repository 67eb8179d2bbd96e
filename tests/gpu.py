"""For tests that need a GPU: they are skipped where there is none."""

import pytest
import torch
from torch.utils._pytree import tree_map

needs_a_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")


def on_gpu(tree):
    """Copies of all tensors of a tree, as leaves on the GPU."""

    def copied(value):
        if not torch.is_tensor(value):
            return value
        return value.detach().cuda().requires_grad_(value.requires_grad)

    return tree_map(copied, tree)
