"""Backups: one zip file with every row, every file of the uploads and the settings that are no
secret, and a manifest with the hash of each.

It is made while people work, from one moment: the rows are read in one transaction, and files are
never changed once they are there. It belongs to no engine: what SQLite held can be restored into
PostgreSQL. An older version's backup is restored in that version's schema and then upgraded.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from alembic import command
from flask import current_app
from sqlalchemy import Connection, select
from sqlalchemy.engine import make_url

from reviewer import jobs, rows
from reviewer.config import SETTINGS
from reviewer.db import now
from reviewer.documents.models import Document
from reviewer.rows import NotThisOne, Row, Shape
from reviewer.storage import files, unfinished

FORMAT, FORMAT_VERSION = "plan-review-backup", 1
MANIFEST, SEAL = "manifest.json", "manifest.sha256"
BLOCK = 1024 * 1024
LONGEST_ROW = 256 * 1024 * 1024  # bytes
TRIES = 5  # of finding a moment in which no document is being deleted
SECRET = re.compile("SECRET|PASSWORD|TOKEN|KEY")

# What a file may be called: it is compared with this and never used as a path before.
_FILE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,2}")
_OWN = re.compile(r"plan-review-(\d{8}T\d{6})Z\.zip")


@dataclass(frozen=True)
class Told:
    """What a backup holds, and which documents had no file when it was made."""

    rows: int
    files: int
    lost: list[str]


# Making one ---------------------------------------------------------------------------------------


def make(target: Path) -> Told:
    """Write a backup to `target`, whole or not at all. OSError if it cannot be written."""
    begun = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        begun.touch(mode=0o600)  # it holds what the database holds
        with begun.open("r+b") as file:
            for _ in range(TRIES):
                file.seek(0)
                file.truncate()
                told = _write(file)
                if told is not None:
                    break
            else:
                raise NotThisOne("Documents were being deleted all the time. Try again later.")
            file.flush()
            os.fsync(file.fileno())
        begun.rename(target)
    finally:
        begun.unlink(missing_ok=True)
    return told


def _write(file: IO[bytes]) -> Told | None:
    """One try; None if a document went away between its row and its file."""
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "made_at": now().isoformat(),
        "settings": _settings(),
        "tables": {},
        "files": {},
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        with rows.snapshot(rows.engine()) as connection:
            rows.ask_for_newest(connection)
            manifest["schema"] = rows.revision_of(connection)
            for shape in rows.shapes():
                manifest["tables"][shape.name] = _add_table(archive, connection, shape)
            kept = select(Document.stored_as).where(Document.emptied.is_(False))
            names = set(connection.scalars(kept))
        lost = []
        for name in sorted(names | _pictures(names) | set(files().within("reports"))):
            try:
                manifest["files"][name] = _add_file(archive, name)
            except FileNotFoundError:
                if name in names:
                    lost.append(name)
        if lost and _still_there(lost) < len(lost):
            return None
        manifest["lost"] = lost
        sealed = json.dumps(manifest, indent=1).encode()
        archive.writestr(MANIFEST, sealed)
        archive.writestr(SEAL, hashlib.sha256(sealed).hexdigest())
    total = sum(table["rows"] for table in manifest["tables"].values())
    return Told(total, len(manifest["files"]), lost)


def _settings() -> dict[str, Any]:
    """The settings as they are, without what opens a door."""
    shown = {}
    for setting in SETTINGS:
        value = current_app.config[setting.name]
        if SECRET.search(setting.name) and isinstance(value, str):
            continue
        if isinstance(value, str) and "://" in value and not value.startswith("sqlite:"):
            try:
                value = make_url(value).render_as_string(hide_password=True)
            except Exception:
                continue  # not to be understood, so not to be shown
        shown[setting.name] = value
    return shown


def _add_table(archive: zipfile.ZipFile, connection: Connection, shape: Shape) -> dict[str, Any]:
    digest, count = hashlib.sha256(), 0
    with archive.open(_table_member(shape.name), "w", force_zip64=True) as member:
        for row in rows.rows_of(connection, shape):
            line = rows.line_of(row) + b"\n"
            digest.update(line)
            member.write(line)
            count += 1
    return {
        "rows": count,
        "sha256": digest.hexdigest(),
        "columns": shape.columns,
        "key": shape.key,
        "later": shape.later,
    }


def _pictures(names: set[str]) -> set[str]:
    """The pictures of documents that the rows know."""
    known = {name.partition(".")[0] for name in names}
    return {name for name in files().within("pictures") if name.split("/")[1] in known}


def _add_file(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    # Not compressed: PDFs and pictures are already.
    info = zipfile.ZipInfo(_file_member(name))
    if files().size(name) is None:
        raise FileNotFoundError(name)
    with (
        closing(files().open(name)) as source,
        archive.open(info, "w", force_zip64=True) as member,
    ):
        while block := bytes(source.read(BLOCK)):
            digest.update(block)
            member.write(block)
            size += len(block)
    return {"size": size, "sha256": digest.hexdigest()}


def _still_there(names: Iterable[str]) -> int:
    with rows.snapshot(rows.engine()) as connection:
        query = select(Document.stored_as).where(
            Document.stored_as.in_(list(names)), Document.emptied.is_(False)
        )
        return len(connection.scalars(query).all())


def _table_member(name: str) -> str:
    return f"tables/{name}.jsonl"


def _file_member(name: str) -> str:
    return f"files/{name}"


# Reading one --------------------------------------------------------------------------------------


def restore(source: Path) -> Told:
    """Bring back the state of a backup, into an empty place. `NotThisOne` if the file is damaged or
    no backup, or if the place is in use: then nothing was touched."""
    with _opened(source) as archive:
        manifest = check(archive)
        if any(name.endswith(".pdf") for name in files().ages()) or files().within("pictures"):
            raise NotThisOne("The place for uploads has documents in it. Name one that is empty.")
        written: list[str] = []
        try:
            with rows.engine().begin() as connection:
                rows.ask_for_nobodys(connection)
                rows.make_anew(connection, manifest["schema"])
                for name, table in manifest["tables"].items():
                    shape = _shape(name, table)
                    connection.execute(shape.table.delete())  # what a migration may have put there
                    rows.put(connection, shape, _lines(archive, name))
                for name in manifest["files"]:
                    written.append(name)
                    _bring_back(archive, name)
                command.upgrade(rows.migrations(connection), "head")
        except BaseException:
            for name in written:
                files().remove(name)
            raise
    total = sum(table["rows"] for table in manifest["tables"].values())
    return Told(total, len(manifest["files"]), manifest["lost"])


def _opened(source: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except zipfile.BadZipFile as error:
        raise NotThisOne(f"{source} is no backup, or is damaged.") from error


def check(archive: zipfile.ZipFile) -> dict[str, Any]:
    """The manifest of a backup, after everything in it was compared with it. `NotThisOne` if
    anything is missing, too much, changed, or of a version that is not known here."""
    try:
        return _checked(archive)
    except NotThisOne:
        raise
    except Exception as error:  # whatever zipfile, zlib or json make of a damaged file
        raise NotThisOne(f"This is no backup or is damaged ({type(error).__name__}).") from error


def _checked(archive: zipfile.ZipFile) -> dict[str, Any]:
    sealed = archive.read(MANIFEST)
    if hashlib.sha256(sealed).hexdigest().encode() != archive.read(SEAL):
        raise NotThisOne("The manifest of this backup is damaged.")
    manifest = json.loads(sealed)
    if manifest["format"] != FORMAT or manifest["format_version"] != FORMAT_VERSION:
        raise NotThisOne("This is no backup of Plan Review, or one of a newer version.")
    if manifest["schema"] not in rows.known_revisions():
        raise NotThisOne("This backup was made by a newer version of Plan Review. Update it first.")
    ours = {shape.name for shape in rows.shapes()}
    expected = {_table_member(name): table for name, table in manifest["tables"].items()}
    for name, table in manifest["tables"].items():
        if name not in ours or not set(table["columns"].values()) <= set(rows.TYPES):
            raise NotThisOne(f"This backup has a table {name!r} that is not known here.")
    for name, file in manifest["files"].items():
        if not _FILE.fullmatch(name):
            raise NotThisOne(f"This backup has a file named {name!r}, which is not one of ours.")
        expected[_file_member(name)] = file
    members = [member for member in archive.namelist() if member not in (MANIFEST, SEAL)]
    if sorted(members) != sorted(expected):
        raise NotThisOne("What is in this backup is not what its manifest says.")
    for member, told in expected.items():
        if _digest(archive, member) != told["sha256"]:
            raise NotThisOne(f"{member} in this backup is damaged.")
    return manifest


def _digest(archive: zipfile.ZipFile, member: str) -> str:
    digest = hashlib.sha256()
    with archive.open(member) as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _shape(name: str, table: dict[str, Any]) -> Shape:
    return Shape(name, table["columns"], tuple(table["key"]), tuple(table["later"]))


def _lines(archive: zipfile.ZipFile, name: str) -> Iterator[Row]:
    with archive.open(_table_member(name)) as file:
        while line := file.readline(LONGEST_ROW):
            yield json.loads(line)


def _bring_back(archive: zipfile.ZipFile, name: str) -> None:
    with unfinished(name.replace("/", "-")) as path:
        with archive.open(_file_member(name)) as file, path.open("wb") as target:
            while block := file.read(BLOCK):
                target.write(block)
            target.flush()
            os.fsync(target.fileno())
        files().take(name, path)


# By the clock -------------------------------------------------------------------------------------


def last(folder: Path) -> datetime | None:
    """When the newest backup in a folder was begun; None if there is none."""
    return max((made for _, made in _kept(folder)), default=None)


def _kept(folder: Path) -> list[tuple[Path, datetime]]:
    return [
        (path, datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC))
        for path in sorted(folder.glob("plan-review-*.zip"))
        if (found := _OWN.fullmatch(path.name))
    ]


@jobs.hourly
def make_when_due() -> None:
    """Make a backup if the last one is old enough, and take away those that are too old."""
    make_in_folder(at_once=False)


def make_in_folder(at_once: bool) -> None:
    if not current_app.config["BACKUP_DIR"]:
        return
    folder = Path(current_app.config["BACKUP_DIR"])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another worker is at it
        try:
            newest = last(folder)
            every = timedelta(hours=current_app.config["BACKUP_EVERY_HOURS"])
            # Five minutes less, or the hourly check would be early by a second and wait an hour.
            if at_once or newest is None or now() - newest > every - timedelta(minutes=5):
                make(folder / f"plan-review-{now():%Y%m%dT%H%M%S}Z.zip")
        finally:
            _take_away_old(folder)


def _take_away_old(folder: Path) -> None:
    """A promise about people's data, so it holds whether or not the new backup could be made; but
    the newest stays."""
    before = now() - timedelta(days=current_app.config["BACKUP_KEEP_DAYS"])
    for path, made in sorted(_kept(folder), key=lambda kept: kept[1])[:-1]:
        if made < before:
            path.unlink(missing_ok=True)
    for left in folder.glob(".plan-review-*.zip.*"):  # of a worker that was killed
        left.unlink(missing_ok=True)
