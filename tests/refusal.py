"""How a test says that bad input is refused, and with which sentence."""

from contextlib import contextmanager

import pytest


@contextmanager
def refused(error: type[Exception], sentence: str):
    """What stands inside must raise exactly this error with exactly this sentence."""
    with pytest.raises(error) as caught:
        yield
    assert caught.type is error
    assert caught.value.args == (sentence,)
