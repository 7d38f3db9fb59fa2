"""Backups and copies: the same state comes back, and what is damaged or foreign touches nothing."""

from __future__ import annotations

import hashlib
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, make_url, select

from reviewer import backup, jobs, rows
from reviewer.backup import MANIFEST, SEAL
from reviewer.db import now, open_engine, session
from reviewer.documents.models import Document
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.rounds.models import find_round
from tests import postgres
from tests.conftest import copied, database_of, let_go, make_app
from tests.documents.conftest import uploads
from tests.running.makers import make_person


def rows_in(engine) -> dict[str, list[bytes]]:
    with rows.snapshot(engine) as connection:
        return {
            shape.name: [rows.line_of(row) for row in rows.rows_of(connection, shape)]
            for shape in rows.shapes()
        }


def files_in(place: Path) -> dict[str, str]:
    return {
        path.relative_to(place).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in place.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


@pytest.fixture(scope="module")
def made(demo_template, tmp_path_factory):
    """A backup of the demonstration, and what it was made of: its file, rows and files."""
    base = tmp_path_factory.mktemp("backup")
    app = make_app(copied(demo_template, base / "backed-up"))
    with app.app_context():
        target = base / "backup.zip"
        told = backup.make(target)
        before = rows_in(rows.engine()), files_in(uploads())
    let_go()
    assert told.rows == sum(map(len, before[0].values())) and not told.lost
    return target, *before


@pytest.fixture
def place(tmp_path):
    """A new installation, with nothing in it, not even tables."""
    at = tmp_path / "restored"
    at.mkdir()
    if postgres.wanted():
        postgres.create(make_url(database_of(at)).database)
    app = make_app(at)
    with app.app_context():
        yield app
    let_go()


def is_untouched(app) -> bool:
    with rows.engine().connect() as connection:
        return not rows.revision_of(connection) and not files_in(uploads())


def test_every_row_and_every_file_comes_back(made, place):
    file, rows_before, files_before = made
    result = place.test_cli_runner().invoke(args=["data", "restore", str(file)])
    assert result.exit_code == 0, result.output
    after = rows_in(rows.engine())
    assert {name: len(kept) for name, kept in after.items() if kept} == {
        name: len(kept) for name, kept in rows_before.items() if kept
    }
    assert after == rows_before
    assert files_in(uploads()) == files_before
    # New rows are numbered after those that came back.
    make_person("New Reader", Role.REVIEWER)
    session.commit()


def test_a_place_in_use_is_refused(made, app):
    with app.app_context():
        make_person("Here Already", Role.REVIEWER)
        session.commit()
        before = rows_in(rows.engine())
        with pytest.raises(rows.NotThisOne, match="is in use: it has person"):
            backup.restore(made[0])
        assert rows_in(rows.engine()) == before
        session.execute(delete(Person))
        session.commit()
        (uploads() / "some.pdf").write_bytes(b"%PDF")
        with pytest.raises(rows.NotThisOne, match="has documents in it"):
            backup.restore(made[0])


def test_a_place_that_was_only_made_ready_is_taken(made, app):
    with app.app_context():
        backup.restore(made[0])
        assert rows_in(rows.engine()) == made[1]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_changed_bit_is_refused_or_changes_nothing(made, tmp_path, at, bit):
    """A bit of what is neither content nor manifest, such as a time in the zip's list, may pass:
    then all that counts is as it was."""
    content = bytearray(made[0].read_bytes())
    content[int(at * len(content))] ^= 1 << bit
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(content)
    try:
        with backup._opened(damaged) as archive:
            manifest = backup.check(archive)
    except rows.NotThisOne:
        return
    with zipfile.ZipFile(made[0]) as archive:
        assert manifest == backup.check(archive)


def changed(file: Path, target: Path, change) -> Path:
    """A backup whose members were changed by somebody who knows how to seal a manifest."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members[MANIFEST])
    change(manifest, members)
    members[MANIFEST] = json.dumps(manifest).encode()
    members[SEAL] = hashlib.sha256(members[MANIFEST]).hexdigest().encode()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target


def climbing(name):
    def change(manifest, members):
        manifest["files"][name] = {"size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
        members[f"files/{name}"] = b"x"

    return change


def with_more(_manifest, members):
    members["files/more.pdf"] = b"x"


def with_less(_manifest, members):
    del members[next(name for name in members if name.startswith("files/"))]


def of_tomorrow(manifest, _members):
    manifest["schema"] = "9999"


def of_another_kind(manifest, _members):
    manifest["format"] = "something else"


def with_a_strange_table(manifest, members):
    manifest["tables"]["pg_shadow"] = manifest["tables"]["person"]
    members["tables/pg_shadow.jsonl"] = members["tables/person.jsonl"]


@pytest.mark.parametrize(
    "change",
    [
        *(climbing(name) for name in ("../up.pdf", "/etc/x", "a/../../b", "..", "a\\..\\b", ".x")),
        *(with_more, with_less, of_tomorrow, of_another_kind, with_a_strange_table),
    ],
)
def test_a_foreign_backup_is_refused_before_anything_is_touched(made, place, tmp_path, change):
    foreign = changed(made[0], tmp_path / "foreign.zip", change)
    result = place.test_cli_runner().invoke(args=["data", "restore", str(foreign)])
    assert result.exit_code == 1
    assert len(result.output.strip().splitlines()) == 1
    assert is_untouched(place)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 nor this one"])
def test_what_is_no_zip_is_refused(place, tmp_path, content):
    (tmp_path / "x.zip").write_bytes(content)
    result = place.test_cli_runner().invoke(args=["data", "restore", str(tmp_path / "x.zip")])
    assert result.exit_code == 1 and "is no backup, or is damaged" in result.output
    assert is_untouched(place)


def test_rows_that_do_not_fit_leave_nothing(made, place, tmp_path):
    """Sealed and whole, but with an answer to nothing: it is all or nothing."""

    def orphaned(manifest, members):
        manifest["tables"]["review"]["rows"] = 0
        manifest["tables"]["review"]["sha256"] = hashlib.sha256(b"").hexdigest()
        members["tables/review.jsonl"] = b""

    broken = changed(made[0], tmp_path / "broken.zip", orphaned)
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        backup.restore(broken)
    assert is_untouched(place)


def test_no_secret_is_in_the_settings(app, tmp_path):
    with app.app_context():
        app.config["SMTP_URL"] = "smtp://us:hidden-one@mail.example.org:587"
        backup.make(tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        told = archive.read(MANIFEST).decode()
    assert "hidden-one" not in told and "for tests alone" not in told
    assert "mail.example.org" in told and "BACKUP_KEEP_DAYS" in told
    assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0


def test_a_backup_is_of_one_moment_while_others_write(demo_app, tmp_path, monkeypatch):
    """Between any two tables somebody signs up, and each leaves a row in the logbook as well."""
    with demo_app.app_context():
        people = session.scalar(select(func.count(Person.id)))
        session.rollback()
        write, number = backup._add_table, 0

        def and_meanwhile(*arguments):
            nonlocal number
            number += 1
            make_person(f"Meanwhile {number}", Role.REVIEWER)
            session.commit()
            return write(*arguments)

        monkeypatch.setattr(backup, "_add_table", and_meanwhile)
        backup.make(tmp_path / "b.zip")
        monkeypatch.undo()
        with zipfile.ZipFile(tmp_path / "b.zip") as archive:
            manifest = backup.check(archive)
        assert number > 30
        assert manifest["tables"]["person"]["rows"] == people


def test_a_document_that_goes_meanwhile_is_not_half_there(demo_app, tmp_path, monkeypatch):
    with demo_app.app_context():
        document = session.scalars(select(Document).order_by(Document.id.desc())).first()
        document_id, gone, add = document.id, document.stored_as, backup._add_file
        session.rollback()

        def deleted_first(archive, name):
            if (uploads() / gone).is_file():
                session.delete(session.get_one(Document, document_id))
                session.commit()
            return add(archive, name)

        monkeypatch.setattr(backup, "_add_file", deleted_first)
        told = backup.make(tmp_path / "b.zip")
        with zipfile.ZipFile(tmp_path / "b.zip") as archive:
            assert gone not in backup.check(archive)["files"]
            assert gone not in archive.read("tables/document.jsonl").decode()
        assert not told.lost


# By the clock -------------------------------------------------------------------------------------


def test_one_is_made_when_it_is_due_and_old_ones_go(app, tmp_path):
    kept = tmp_path / "backups"
    kept.mkdir()
    names = [
        f"plan-review-{now() - timedelta(days=days):%Y%m%dT%H%M%S}Z.zip" for days in (40, 31, 29)
    ]
    for name in (*names, "somebody-elses.zip", ".plan-review-1.zip.77"):
        (kept / name).write_bytes(b"")
    app.config["BACKUP_DIR"] = str(kept)
    with app.app_context():
        jobs.run_hourly()
        there = {path.name for path in kept.glob("*.zip")}
        assert names[2] in there and "somebody-elses.zip" in there
        assert names[0] not in there and names[1] not in there
        assert len(there) == 3 and not list(kept.glob(".plan-review-*"))
        assert now() - backup.last(kept) < timedelta(minutes=1)
        jobs.run_hourly()
        assert {path.name for path in kept.glob("*.zip")} == there
    assert app.test_cli_runner().invoke(args=["data", "backup"]).exit_code == 0
    app.config["BACKUP_DIR"] = ""
    assert app.test_cli_runner().invoke(args=["data", "backup"]).exit_code == 2


def test_without_a_folder_none_is_made(app, monkeypatch):
    monkeypatch.setattr(backup, "make", lambda target: pytest.fail("made"))
    with app.app_context():
        backup.make_when_due()


def test_old_ones_go_even_if_none_can_be_made_but_for_the_newest(app, tmp_path, monkeypatch):
    def full(target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "make", full)
    for days in (50, 40):
        name = f"plan-review-{now() - timedelta(days=days):%Y%m%dT%H%M%S}Z.zip"
        (tmp_path / name).write_bytes(b"")
    app.config["BACKUP_DIR"] = str(tmp_path)
    with app.app_context(), pytest.raises(OSError, match="No space"):
        backup.make_when_due()
    assert [path.name for path in tmp_path.glob("*.zip")] == [name]


# From one database to another ---------------------------------------------------------------------


def test_there_and_back_every_row_is_the_same(demo_app, tmp_path):
    """To the other engine and back, where there is one; else to another file and back."""
    with demo_app.app_context():
        here = rows.engine()
        before = rows_in(here)
        there = open_engine(f"sqlite:///{tmp_path / 'there.sqlite3'}")
        assert sum(rows.copy(here, there).values()) == sum(map(len, before.values()))
        assert rows_in(there) == before
        with pytest.raises(rows.NotThisOne, match="is in use"):
            rows.copy(here, there)
        if postgres.wanted():
            postgres.create("back")
        back = postgres.url("back") if postgres.wanted() else f"sqlite:///{tmp_path / 'b.sqlite3'}"
        again = open_engine(back)
        rows.copy(there, again)
        assert rows_in(again) == before
        for engine in (there, again):
            engine.dispose()
        result = demo_app.test_cli_runner().invoke(args=["data", "copy", "--to", back])
        assert result.exit_code == 1 and "Name one that is empty" in result.output


def test_what_was_copied_can_be_worked_on(demo_app, tmp_path):
    if postgres.wanted():
        postgres.create("worked-on")
    url = postgres.url("worked-on") if postgres.wanted() else f"sqlite:///{tmp_path / 'w.sqlite3'}"
    with demo_app.app_context():
        result = demo_app.test_cli_runner().invoke(args=["data", "copy", "--to", url])
        assert result.exit_code == 0 and "copied and compared" in result.output
        at = open_engine(url)
        session.remove()
        session.configure(bind=at)
        assert find_round("demonstration")
        make_person("After Copying", Role.REVIEWER)
        session.commit()
        session.remove()
        at.dispose()


def test_an_address_that_is_none_is_one_sentence(app):
    result = app.test_cli_runner().invoke(args=["data", "copy", "--to", "nonsense"])
    assert result.exit_code == 1 and len(result.output.strip().splitlines()) == 1
