"""What the tests of the experiments share."""

import pytest
import torch


@pytest.fixture(autouse=True)
def settings_of_torch():
    """One thread, as the commands have it; and afterwards as it was, where ``fit`` flushes numbers
    near zero."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
    torch.set_flush_denormal(False)
