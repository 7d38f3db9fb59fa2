"""Every table of the database, for migrations and for a reader who looks for one."""

from reviewer.calibration.models import CalibrationAnswer
from reviewer.documents.models import Document, Page
from reviewer.findings.models import ChartArchive, ChartTheme, ReadingToken
from reviewer.findings.snapshots import Snapshot
from reviewer.instrument.drafts import InstrumentDraft
from reviewer.instrument.models import InstrumentVersion, OptionRow, QuestionDocument, QuestionRow
from reviewer.jobs import Job
from reviewer.logbook import Entry, PrivateEntry
from reviewer.moderation.models import Decision, DecisionChange, DecisionOption
from reviewer.moderation.replies import Reply, ReplyPoint, ReplyWindow
from reviewer.people.factor import RecoveryCode
from reviewer.people.forgotten import Forgotten
from reviewer.people.letters import LetterWording
from reviewer.people.limits import Spent
from reviewer.people.mail import Message
from reviewer.people.models import Person, SecondFactor, SignInLink
from reviewer.people.tries import WrongTry
from reviewer.people.visits import EndedVisit, Visit
from reviewer.report.models import ReportFile, WordTemplate
from reviewer.reviews.answers import Answer, AnswerChange, AnswerOption, Note
from reviewer.reviews.cited import Evidence
from reviewer.reviews.models import Review
from reviewer.reviews.offers import Conflict, Declined, HandOver
from reviewer.reviews.returns import Return, ReturnedAnswer
from reviewer.rounds.models import Correction, NotPublished, Round, RoundSystem
from reviewer.rounds.upgrades import Upgrade
from reviewer.running.models import RoundLetter
from reviewer.selfassessment.models import Action, Assessment, Draft, Member, Share
from reviewer.systems.mergers import MergedSystem, Merger
from reviewer.systems.models import System
from reviewer.writing.models import DraftMark, Passage, PassageTag, Quote, Tag
from reviewer.writing.written import (
    Example,
    FindingQuote,
    NamingAgreement,
    Recommendation,
    WrittenFinding,
)

__all__ = [
    "Action",
    "Answer",
    "AnswerChange",
    "AnswerOption",
    "Assessment",
    "CalibrationAnswer",
    "ChartArchive",
    "ChartTheme",
    "Conflict",
    "Correction",
    "Decision",
    "DecisionChange",
    "DecisionOption",
    "Declined",
    "Document",
    "Draft",
    "DraftMark",
    "EndedVisit",
    "Entry",
    "Evidence",
    "Example",
    "FindingQuote",
    "Forgotten",
    "HandOver",
    "InstrumentDraft",
    "InstrumentVersion",
    "Job",
    "LetterWording",
    "Member",
    "MergedSystem",
    "Merger",
    "Message",
    "NamingAgreement",
    "NotPublished",
    "Note",
    "OptionRow",
    "Page",
    "Passage",
    "PassageTag",
    "Person",
    "PrivateEntry",
    "QuestionDocument",
    "QuestionRow",
    "Quote",
    "ReadingToken",
    "Recommendation",
    "RecoveryCode",
    "Reply",
    "ReplyPoint",
    "ReplyWindow",
    "ReportFile",
    "Return",
    "ReturnedAnswer",
    "Review",
    "Round",
    "RoundLetter",
    "RoundSystem",
    "SecondFactor",
    "Share",
    "SignInLink",
    "Snapshot",
    "Spent",
    "System",
    "Tag",
    "Upgrade",
    "Visit",
    "WordTemplate",
    "WrittenFinding",
    "WrongTry",
]
