"""Stores as the campaign sees them: where they are, and what is in them, read without the program.

A kind of store is a class with `address` (what `--store` takes), `rows()`, `forge()` and `is_file`. Those on a
server are in server.py.
"""
import dataclasses
import hashlib
import os
import shutil
import sqlite3
import tempfile

COLUMNS = "sequence, post, file, post_hash, tokens_hash, annotator, time, kind, payload, undoes, redoes, name"
SIBLINGS = ["", "-wal", "-journal", "-shm"]
SCRATCH = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # copies that are read and thrown away


class Damaged(Exception):
    """What is stored is not what the program stores."""


@dataclasses.dataclass(frozen=True)
class Row:
    sequence: int
    post: str
    file: str
    post_hash: str
    tokens_hash: str
    annotator: str
    time: int
    kind: str
    payload: str
    undoes: int
    redoes: int
    name: str

    @property
    def checksum(self):
        """As docs/reliability.md describes it: SHA-256 over the columns, each with its length in front."""
        numbers = [self.sequence, self.time, self.undoes or 0, self.redoes or 0]
        texts = [
            self.post, self.file, self.post_hash, self.tokens_hash, self.annotator, self.kind, self.payload,
            self.name]
        data = b""
        for field in [str(n) for n in numbers] + texts:
            data += f"{len(field.encode())}:".encode() + field.encode()
        return hashlib.sha256(data).hexdigest()


class SQLiteStore:
    """A file; read by Python's own SQLite, from a copy, so that looking changes nothing."""

    is_file = True

    def __init__(self, path):
        self.address = str(path)

    def copied(self, path):
        """The store at another place, as the disk holds it: the newest steps may stand in its log alone."""
        copy = type(self)(path)
        for ending in ("", "-wal", ".lock"):
            if os.path.exists(self.address + ending):
                shutil.copyfile(self.address + ending, copy.address + ending)
        return copy

    def rows(self):
        """All rows, oldest first. Raises `Damaged` for a checksum that does not fit, or a gap."""
        if not os.path.exists(self.address) or os.path.getsize(self.address) == 0:
            return []
        with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
            copy = folder + "/copy"
            for ending in SIBLINGS[:3]:
                if os.path.exists(self.address + ending):
                    shutil.copyfile(self.address + ending, copy + ending)
            connection = sqlite3.connect(copy)
            try:
                tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
                if "step" not in tables:
                    return []
                rows = [Row(*values) for values in connection.execute(f"SELECT {COLUMNS} FROM step ORDER BY sequence")]
                seals = dict(connection.execute("SELECT sequence, checksum FROM seal"))
                verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
            except sqlite3.DatabaseError as error:
                raise Damaged(str(error)) from error
            finally:
                connection.close()
        if verdict != "ok":
            raise Damaged(verdict)
        for place, row in enumerate(rows, 1):
            if row.sequence != place:
                raise Damaged(f"step {place} is missing")
            if seals.get(place) != row.checksum:
                raise Damaged(f"the checksum of step {place} does not fit")
        if len(seals) != len(rows):
            raise Damaged(f"{len(seals)} checksums for {len(rows)} steps")
        return rows

    def forge(self):
        """For the self-test: gives a step another label, with a checksum that fits."""
        connection = sqlite3.connect(self.address)
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        rows = connection.execute(f"SELECT {COLUMNS} FROM step WHERE payload LIKE '%type%'").fetchall()
        if rows:
            row = Row(*rows[-1])
            row = dataclasses.replace(row, payload=row.payload.replace('"type":"', '"type":"X'))
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute("UPDATE step SET payload = ? WHERE sequence = ?", (row.payload, row.sequence))
            connection.execute("UPDATE seal SET checksum = ? WHERE sequence = ?", (row.checksum, row.sequence))
            for _, sql in triggers:
                connection.execute(sql)
        connection.commit()
        connection.close()

    def clear(self):
        for ending in SIBLINGS + [".lock"]:
            if os.path.exists(self.address + ending):
                os.remove(self.address + ending)
        shutil.rmtree(self.address + "-backups", ignore_errors=True)


