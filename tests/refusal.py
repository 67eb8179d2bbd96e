"""Checking an error together with its exact message."""

from contextlib import contextmanager

import pytest


@contextmanager
def refused(error: type[Exception], sentence: str):
    """The block must raise an error of exactly this class with exactly this message."""
    with pytest.raises(error) as caught:
        yield
    assert caught.type is error
    assert caught.value.args == (sentence,)
