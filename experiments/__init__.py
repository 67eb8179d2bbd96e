"""The runs that take longer than a chapter may, and what they gave.

Each experiment is a module with a readable ``run``, a file with what its runs gave, and a command,
``python -m experiments.recall_by_gap``, that makes the file again.
"""
