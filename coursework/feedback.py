"""The page that a student gets back: what is right, what is wrong, and where to look.

It shows no hidden input and nothing that could have been made of one: results hold sentences of
the grader and hints of the assignment, and texts of the submission only from before the first
hidden input went in (see :mod:`coursework.grading`).
"""

from html import escape

from coursework.assignment import Assignment

STYLE = """
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin: 2rem 0 .25rem; font-size: 1.1rem }
.score { font-size: 1.4rem }
pre { overflow-x: auto; white-space: pre-wrap; padding: .5rem; border: 1px solid #8888 }
"""

WHAT_HAPPENED = {
    "graded": "Your notebook was run and graded.",
    "needs manual": "Your notebook was run. A person has still to look at a part of it.",
    "timeout": "Something in your notebook took too long and was stopped. "
    "What else it has was graded.",
    "crashed": "Something in your notebook ended the process that ran it. "
    "What else it has was graded.",
    "invalid": "Your notebook could not be read, so nothing was graded. Hand it in again, and tell "
    "whoever teaches the course.",
}


def page(
    assignment: Assignment, row: dict, result: dict, given: dict[tuple[str, str], dict]
) -> str:
    """The page of one student, as HTML.

    Args:
        assignment: what was asked.
        row: of the student, from :func:`coursework.gradebook.scored`.
        result: of the student.
        given: what a person has given, from :func:`coursework.gradebook.read_by_hand`.
    """
    student = row["student"]
    parts = [
        f"<h1>{escape(assignment.name)}: {escape(student)}</h1>",
        f'<p class="score">{row["score"]:g} of {row["max_score"]:g} points</p>',
        f"<p>{escape(WHAT_HAPPENED[row['status']])}</p>",
        items(result["notes"]),
    ]
    if result["status"] != "invalid":
        for question in assignment.questions:
            title = f"{question.id}: {question.title}"
            points = row[question.id]
            shown = "–" if points is None else f"{points:g}"
            text = "" if question.draw is None else automatic(result["questions"][question.id])
            text += by_hand(points, given.get((student, question.id), {}).get("comment", ""))
            parts.append(f"<h2>{escape(title)}: {shown} of {question.points:g}</h2>{text}")
        parts.append(cells(result["cells"]))
    return document(assignment.name, parts)


def automatic(result: dict) -> str:
    """What a program says of a question."""
    if result["right"] == result["calls"]:
        return "<p>✓ Everything that was tried is right.</p>"
    said = [f"{what}. {hint}" if hint else f"{what}." for what, hint in result["wrong"]]
    tried = f"<p>{result['right']} of {result['calls']} things that were tried are right.</p>"
    return tried + items(said)


def by_hand(points: float | None, comment: str) -> str:
    """What a person says of a question."""
    if comment:
        return f"<p>{escape(comment)}</p>"
    return "<p>A person grades this.</p>" if points is None else ""


def cells(errors: dict) -> str:
    """The cells that raised an error, as the student would see it."""
    parts = []
    for number, error in errors.items():
        line = f", line {error['line']}" if error["line"] else ""
        what = f"{error['type']}: {error['message']}".removeprefix(": ")
        parts.append(f"<p>Cell {escape(number)}{line}</p><pre>{escape(what)}</pre>")
    return f"<h2>Cells that did not run to their end</h2>{''.join(parts)}" if parts else ""


def items(texts: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>" if texts else ""


def to_read(assignment: Assignment, question: str, results: dict[str, dict]) -> str:
    """What all students wrote for a question that a person grades, on one page."""
    parts = [f"<h1>{escape(assignment.name)}, {escape(question)}</h1>"]
    for student, result in results.items():
        texts = result["texts"].get(question, [])
        shown = "".join(f"<pre>{escape(text)}</pre>" for text in texts)
        parts.append(f"<h2>{escape(student)}</h2>{shown or '<p>Nothing was found.</p>'}")
    return document(f"{assignment.name}, {question}", parts)


def document(title: str, parts: list[str]) -> str:
    """A page that loads nothing and runs nothing, whatever a student wrote into it."""
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )
