"""The coursework of the book: its assignments, and a grader whose grades can be trusted."""
