"""Training runs that take longer than a chapter may, and their stored results.

Each experiment is a module with a function ``run``, a file with the results of its runs, and a
command, ``python -m experiments.recall_by_gap``, that makes the file again.
"""
