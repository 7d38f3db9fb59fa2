"""Every table of the database, for migrations and for a reader who looks for one."""

from reviewer.documents.models import Document, Page
from reviewer.instrument.models import InstrumentVersion, OptionRow, QuestionDocument, QuestionRow
from reviewer.jobs import Job
from reviewer.moderation.models import Decision, DecisionOption
from reviewer.people.models import Person, SignInLink
from reviewer.reviews.answers import Answer, AnswerChange, AnswerOption, Note
from reviewer.reviews.cited import Evidence
from reviewer.reviews.models import Review
from reviewer.rounds.models import Correction, NotPublished, Round, RoundSystem
from reviewer.systems.models import System

__all__ = [
    "Answer",
    "AnswerChange",
    "AnswerOption",
    "Correction",
    "Decision",
    "DecisionOption",
    "Document",
    "Evidence",
    "InstrumentVersion",
    "Job",
    "NotPublished",
    "Note",
    "OptionRow",
    "Page",
    "Person",
    "QuestionDocument",
    "QuestionRow",
    "Review",
    "Round",
    "RoundSystem",
    "SignInLink",
    "System",
]
