"""The log: one file a session, to which entries are only ever added, each chained to the last.

Everything a session shows is made from its log. An entry is on the disk before it takes effect, so
that a server that is killed has lost no decision. Each entry's hash covers the one before, so that
a changed, missing or added entry is found, and where; the owner of a log could compute the whole
chain anew, which is why the last hash is printed in the after-action report.

No addresses are kept. Names stand in a table of their own, by the random token of a person, and can
be erased without touching the chain.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, Self

from sim.errors import ResultsError
from sim.workshop.game import Setup

FORMAT: Final = 1
_FIRST: Final = "0" * 64
_TABLES: Final = """
create table entries (
    number integer primary key,
    wall text not null,
    time integer not null,
    chair text not null,
    person text not null,
    kind text not null,
    content text not null,
    hash text not null
) strict;
create table people (person text primary key, name text not null) strict;
create table secrets (name text primary key, value text not null) strict;
"""


class Logged(NamedTuple):
    """An entry: its number, the hour in the room (UTC) and in the exercise, who did it, and what.

    ``person`` is a random token, empty for what nobody in particular did.
    """

    number: int
    wall: str
    time: int
    chair: str
    person: str
    kind: str
    content: dict[str, Any]


class Log:
    """A session's log in an SQLite file. Use :meth:`create` or :meth:`open`."""

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        self.path = path
        self._database = database
        self._held: BinaryIO | None = None
        row = database.execute("select number, hash from entries order by number desc").fetchone()
        self._number: int = row[0] if row else -1
        self.last: str = row[1] if row else _FIRST
        """The hash of the last entry, which stands for the whole chain."""

    @classmethod
    def create(cls, path: Path, setup: Setup) -> Self:
        """Begin a log; raises ResultsError where a file stands already or none can be made."""
        if path.exists():
            raise ResultsError(
                f"{path}: is there already; name another, or resume it with --resume"
            )
        try:
            database = _connected(path)
            database.executescript(_TABLES)
        except sqlite3.Error as error:
            raise ResultsError(f"{path}: cannot be written ({error}); name another place") from None
        made = cls(path, database)
        made.add("", 0, "", "", "setup", {"format": FORMAT, **setup._asdict()})
        return made

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a log that is there; raises ResultsError for one that is none or was changed."""
        if not path.is_file():
            raise ResultsError(f"{path}: there is no such log; name the file of a session")
        try:
            found = cls(path, _connected(path))
        except sqlite3.Error as error:
            raise ResultsError(f"{path}: is no log of a session ({error})") from None
        found.verify()
        return found

    @property
    def setup(self) -> Setup:
        """What the session is played on."""
        content = dict(next(iter(self.entries())).content)
        if content.pop("format", None) != FORMAT:
            raise ResultsError(
                f"{self.path}: is of another version; open it with the program it was made by"
            )
        return Setup(**content)

    def add(
        self, wall: str, time: int, chair: str, person: str, kind: str, content: dict[str, Any]
    ) -> int:
        """Add an entry, and return its number once it is on the disk.

        Raises ResultsError where it cannot be written; the log is then as it was.
        """
        number = self._number + 1
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        found = _hashed(self.last, (number, wall, time, chair, person, kind, text))
        try:
            with self._database:
                self._database.execute(
                    "insert into entries values (?, ?, ?, ?, ?, ?, ?, ?)",
                    (number, wall, time, chair, person, kind, text, found),
                )
        except sqlite3.Error as error:
            raise ResultsError(
                f"{self.path}: entry {number} cannot be written ({error}); free space"
            ) from None
        self._number, self.last = number, found
        return number

    def hold(self) -> None:
        """Keep other servers off this log for as long as this process lives, where locks are known.

        Raises ResultsError if another has it: two would write two chains into one file.
        """
        try:
            import fcntl
        except ImportError:  # Windows
            return
        self._held = self.path.open("rb")
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._held.close()
            raise ResultsError(
                f"{self.path}: another server runs on it; end that one, or name another log"
            ) from None

    def entries(self, after: int = -1) -> Iterator[Logged]:
        """Yield the entries in order, those after a number."""
        rows = self._database.execute(
            "select number, wall, time, chair, person, kind, content from entries"
            " where number > ? order by number",
            (after,),
        ).fetchall()
        for row in rows:
            number, wall, time, chair, person, kind, content = row
            yield Logged(number, wall, time, chair, person, kind, json.loads(content))

    def verify(self) -> None:
        """Raise ResultsError for the first entry that is not the one that was written."""
        last = _FIRST
        rows = self._database.execute(
            "select number, wall, time, chair, person, kind, content, hash from entries"
            " order by number"
        )
        expected = -1
        for *known, found in rows:
            expected += 1
            if known[0] != expected:
                raise ResultsError(f"{self.path}: entry {expected} is missing; the log was changed")
            last = _hashed(last, tuple(known))
            if last != found:
                raise ResultsError(
                    f"{self.path}: entry {expected} is not what was written, or one before it was "
                    f"changed; the log cannot be relied on from there"
                )
        if expected < 0:
            raise ResultsError(f"{self.path}: holds no entries; it is no log of a session")

    # People.

    def name(self, person: str, name: str) -> None:
        """Remember what a person wants to be called."""
        with self._database:
            self._database.execute(
                "insert into people values (?, ?)"
                " on conflict (person) do update set name = excluded.name",
                (person, name),
            )

    def names(self) -> dict[str, str]:
        """Return the names of people by their tokens."""
        return dict(self._database.execute("select person, name from people"))

    def forget(self) -> int:
        """Erase every name for good, and return how many there were."""
        with self._database:
            gone = int(self._database.execute("delete from people").rowcount)
        self._database.execute("pragma wal_checkpoint(truncate)")
        self._database.execute("vacuum")
        return gone

    # Secrets: join codes and the key that signs cookies. They are no part of the chain.

    def keep_secret(self, name: str, value: str) -> None:
        """Keep a secret of the session, so that it holds when the server starts again."""
        with self._database:
            self._database.execute("insert or replace into secrets values (?, ?)", (name, value))

    def secrets(self) -> dict[str, str]:
        """Return the secrets by name."""
        return dict(self._database.execute("select name, value from secrets"))

    def lines(self) -> Iterator[str]:
        """Yield the entries as lines of JSON, with their hashes and without any name."""
        rows = self._database.execute(
            "select number, wall, time, chair, person, kind, content, hash from entries"
            " order by number"
        )
        keys = (*Logged._fields, "hash")
        for row in rows:
            values = dict(zip(keys, row, strict=True))
            values["content"] = json.loads(values["content"])
            yield json.dumps(values, ensure_ascii=False)

    def close(self) -> None:
        """Close the file."""
        self._database.close()
        if self._held is not None:
            self._held.close()


def _connected(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level="DEFERRED", check_same_thread=False)
    database.execute("pragma journal_mode=wal")
    database.execute("pragma synchronous=full")
    database.execute("pragma secure_delete=on")
    return database


def _hashed(last: str, row: tuple[Any, ...]) -> str:
    said = json.dumps([last, *row], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode("utf-8")).hexdigest()
