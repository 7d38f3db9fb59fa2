"""The report once its charts are drawn, and what keeping charts saves (`make bench`)."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from reviewer.data import upgrade_all
from reviewer.db import session
from reviewer.demonstration.load import load_demonstration
from reviewer.findings.archive import archive_file
from reviewer.findings.theme import ours
from reviewer.report.making import FORMATS, make
from reviewer.rounds.models import Round, find_round
from reviewer.web import create_app

MOST_SECONDS, TARGET = 10, 5


def main() -> None:
    """Prints CPU time: other work on the machine would tell on the clock."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        app = create_app(
            {
                "DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite3'}",
                "UPLOADS_DIR": str(folder / "uploads"),
                "EXPORTS_DIR": str(folder / "exports"),
                "SECRET_KEY": "for the bench alone",
            }
        )
        with app.app_context():
            upgrade_all()
            load_demonstration(progress=lambda line: None)
            session.commit()
            round_ = find_round("demonstration")
            assert round_
            make(round_, "docx")
            for kind in FORMATS:
                start = process_time()
                made = make(round_, kind)
                seconds = process_time() - start
                print(
                    f"report as {kind}, {len(made):,} bytes, charts drawn before: {seconds:.1f} s "
                    f"of CPU time (target under {MOST_SECONDS} s)"
                )
            first, again = (zipped(round_) for _ in range(2))
            print(
                f"every chart in a ZIP: {first:.1f} s of CPU time at first, {again:.1f} s when "
                f"nothing changed, {first / again:.1f}x faster (target {TARGET}x)"
            )


def zipped(round_: Round) -> float:
    start = process_time()
    archive_file(round_, ours("slide"))
    return process_time() - start


if __name__ == "__main__":
    main()
