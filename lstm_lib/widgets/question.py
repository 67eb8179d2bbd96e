"""A multiple-choice question with immediate feedback."""

from lstm_lib.widgets.base import PaintedWidget, script


class Question(PaintedWidget):
    """A multiple-choice question: each answer, right or wrong, gets its reason at once.

    Args:
        question: what is asked; HTML.
        answers: the text of each answer with its reason, in the order of appearance; the right
            answer's reason begins with "Yes".

    Raises:
        ValueError: not exactly one right answer.
    """

    _esm = script("question.js")

    def __init__(self, question: str, answers: dict[str, str]):
        right = [text for text, reason in answers.items() if reason.startswith("Yes")]
        if len(right) != 1:
            raise ValueError(
                f"{len(right)} answers begin their reason with 'Yes'; exactly one is the right one"
            )
        self.question = question
        options = "".join(
            f'<label data-right="{str(text in right).lower()}"><input type="radio"> '
            f"<span>{text}</span></label><p hidden>{reason}</p>"
            for text, reason in answers.items()
        )
        super().__init__(
            static_html='<fieldset class="lstm-widget question">'
            f'<legend>{question}</legend>{options}<div role="status"></div></fieldset>'
        )

    def __repr__(self):
        return f"<Question: {self.question}>"
