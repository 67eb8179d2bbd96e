"""The question bank: short questions for a quiz, with the reason of each answer, for Moodle (GIFT)
and Canvas (QTI).

    python -m coursework.bank --out quiz

Those with answers to choose from have the form of the widget in the chapters, whose questions are
read from there; those that ask for a number have it computed by the library.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """A question with answers to choose from; the right answer's reason begins with "Yes"."""

    chapter: int
    question: str
    answers: dict[str, str]

    @property
    def right(self) -> str:
        """The right answer.

        Raises:
            ValueError: not exactly one reason begins with "Yes".
        """
        right = [text for text, reason in self.answers.items() if reason.startswith("Yes")]
        if len(right) != 1:
            raise ValueError(f"{len(right)} of the reasons begin with 'Yes': {self.question}")
        return right[0]


@dataclass(frozen=True)
class Number:
    """A question for a number; an answer is right if it is at most ``within`` away."""

    chapter: int
    question: str
    answer: float
    within: float
    reason: str
