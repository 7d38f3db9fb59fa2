"""Every table of the database, for migrations and for a reader who looks for one."""

from reviewer.documents.models import Document, Page
from reviewer.instrument.models import InstrumentVersion, OptionRow, QuestionDocument, QuestionRow
from reviewer.jobs import Job
from reviewer.moderation.models import Decision, DecisionChange, DecisionOption
from reviewer.people.models import Person, SignInLink
from reviewer.reviews.answers import Answer, AnswerChange, AnswerOption, Note
from reviewer.reviews.cited import Evidence
from reviewer.reviews.models import Review
from reviewer.reviews.returns import Return, ReturnedAnswer
from reviewer.rounds.models import Round, RoundSystem
from reviewer.systems.models import System

__all__ = [
    "Answer",
    "AnswerChange",
    "AnswerOption",
    "Decision",
    "DecisionChange",
    "DecisionOption",
    "Document",
    "Evidence",
    "InstrumentVersion",
    "Job",
    "Note",
    "OptionRow",
    "Page",
    "Person",
    "QuestionDocument",
    "QuestionRow",
    "Return",
    "ReturnedAnswer",
    "Review",
    "Round",
    "RoundSystem",
    "SignInLink",
    "System",
]
