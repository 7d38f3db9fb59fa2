"""Where uploads are kept: a folder of this machine, or a bucket on S3-compatible storage.

A file has a name of ours, made from hexadecimal digits and never from what people call it, such as
`pictures/8f0c/12.jpg`. It is written once, whole or not at all, and never changed.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import IO, Any, Protocol, cast

from flask import Response, current_app, request, send_file

BLOCK = 1024 * 1024


class Files(Protocol):
    """What both kinds of storage can do. FileNotFoundError where there is no file of a name."""

    def take(self, name: str, path: Path) -> None:
        """Keep a finished file of this machine under a name; it is no longer at its path."""

    def write(self, name: str, content: bytes) -> None: ...

    def size(self, name: str) -> int | None:
        """In bytes; None where there is no such file."""

    def within(self, folder: str) -> dict[str, int]:
        """The size of every file by its name, of a folder's name."""

    def ages(self) -> dict[str, float]:
        """How old every file is that is in no folder, in seconds."""

    def open(self, name: str) -> IO[bytes]:
        """To be read from, at any place, and closed."""

    def local(self, name: str) -> AbstractContextManager[Path]:
        """A context with the path of the file, or of a copy, on this machine."""

    def remove(self, name: str) -> None:
        """It may be gone already."""

    def remove_folder(self, name: str) -> None: ...


class Disk:
    """Files in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        return self.folder / name

    def take(self, name: str, path: Path) -> None:
        target = self.path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
        # Have the disk keep the name of the file too, whatever happens to the power.
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def write(self, name: str, content: bytes) -> None:
        target = self.path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f".{target.name}")
        try:
            unfinished.write_bytes(content)
            unfinished.rename(target)  # whole or not at all, whoever looks meanwhile
        finally:
            unfinished.unlink(missing_ok=True)  # half of it, where the disk is full

    def size(self, name: str) -> int | None:
        try:
            return self.path(name).stat().st_size
        except FileNotFoundError:
            return None

    def within(self, folder: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for path in self.path(folder).rglob("*"):
            if path.is_file() and not path.name.startswith("."):
                found[path.relative_to(self.folder).as_posix()] = path.stat().st_size
        return found

    def ages(self) -> dict[str, float]:
        found = {}
        for path in self.folder.glob("*") if self.folder.is_dir() else ():
            with suppress(FileNotFoundError):
                if path.is_file():
                    found[path.name] = time.time() - path.stat().st_mtime
        return found

    def open(self, name: str) -> IO[bytes]:
        return self.path(name).open("rb")

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        if not self.path(name).is_file():
            raise FileNotFoundError(name)
        yield self.path(name)

    def remove(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)

    def remove_folder(self, name: str) -> None:
        shutil.rmtree(self.path(name), ignore_errors=True)


class Bucket:
    """Files on S3-compatible storage: s3://bucket/prefix. Keys, endpoint and region come from the
    environment, as every S3 program reads them (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, ...)."""

    def __init__(self, url: str) -> None:
        # Only here: who keeps uploads on a disk should not wait for it at every start.
        import obstore
        from obstore.store import S3Store

        plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")  # of this network
        self._obstore = obstore
        self._store = S3Store.from_url(url, client_options={"allow_http": plain})

    def take(self, name: str, path: Path) -> None:
        self._obstore.put(self._store, name, path)
        path.unlink()

    def write(self, name: str, content: bytes) -> None:
        self._obstore.put(self._store, name, content)

    def size(self, name: str) -> int | None:
        try:
            return int(self._obstore.head(self._store, name)["size"])
        except FileNotFoundError:
            return None

    def within(self, folder: str) -> dict[str, int]:
        listed = self._obstore.list(self._store, prefix=folder)
        return {entry["path"]: entry["size"] for some in listed for entry in some}

    def ages(self) -> dict[str, float]:
        listed = self._obstore.list_with_delimiter(self._store)
        now = time.time()
        return {e["path"]: now - e["last_modified"].timestamp() for e in listed["objects"]}

    def open(self, name: str) -> IO[bytes]:
        return cast(IO[bytes], self._obstore.open_reader(self._store, name))

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        with NamedTemporaryFile(prefix="plan-review-", suffix=Path(name).suffix) as copy:
            for block in self._obstore.get(self._store, name).stream(min_chunk_size=BLOCK):
                copy.write(block)
            copy.flush()
            yield Path(copy.name)

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            self._obstore.delete(self._store, name)

    def remove_folder(self, name: str) -> None:
        if names := list(self.within(name)):
            self._obstore.delete(self._store, names)


_bucket = lru_cache(Bucket)  # it holds its connections


def files() -> Files:
    """Where this installation keeps its uploads."""
    url = current_app.config["UPLOADS_URL"]
    if not url:
        return Disk(Path(current_app.config["UPLOADS_DIR"]))
    if not url.startswith("s3://"):
        raise ValueError("UPLOADS_URL must look like s3://bucket/prefix.")
    return _bucket(url)


@contextmanager
def unfinished(name: str) -> Iterator[Path]:
    """Where on this machine a file is written before it is taken; whatever was not taken goes. On
    the same disk as the uploads, where they are on one."""
    kept_in = files()
    if isinstance(kept_in, Disk):
        kept_in.folder.mkdir(parents=True, exist_ok=True)
        path = kept_in.folder / f".{name}"
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)
        return
    with TemporaryDirectory(prefix="plan-review-") as folder:
        yield Path(folder) / name


def send(name: str, **how: Any) -> Response:
    """A file as the answer of this request, whole or in the ranges that it asks for."""
    kept_in = files()
    if isinstance(kept_in, Disk):
        if kept_in.size(name) is None:
            raise FileNotFoundError(name)
        return send_file(kept_in.path(name).resolve(), **how)
    size = kept_in.size(name)
    if size is None:
        raise FileNotFoundError(name)
    etag = how.pop("etag", True)
    response = send_file(kept_in.open(name), conditional=False, etag=False, **how)
    response.content_length = size
    response.set_etag(etag if isinstance(etag, str) else name.replace("/", "-"))
    response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    return response
