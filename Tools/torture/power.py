"""Power cuts: what a disk may hold after one, from the log of Tools/store-faults.c.

What was synced is there. Of everything later each 512-byte sector may be there or not, in any order; a file
that came into being, was renamed or removed is so for certain only after its folder was synced. SQLite's
shared memory does not outlive a machine.
"""
import os
import struct

HEAD = struct.Struct("<c3xIqQ")
SECTOR = 512


def read(path):
    """The records of a log: (kind, path, place, bytes)."""
    with open(path, "rb") as file:
        data = file.read()
    at, records = 0, []
    while at + HEAD.size <= len(data):
        kind, name, place, size = HEAD.unpack_from(data, at)
        at += HEAD.size
        records.append((kind.decode(), data[at:at + name].decode(), place, data[at + name:at + name + size]))
        at += name + size
    return records


class File:
    """A file's bytes: those that are surely on the disk, and what was done since."""

    def __init__(self, data=b"", is_named=True):
        self.durable, self.pending, self.is_named = bytearray(data), [], is_named

    @staticmethod
    def _apply(data, change, random=None):
        place, written = change
        if written is None:
            if place < len(data):
                del data[place:]
            else:
                data.extend(bytes(place - len(data)))
            return
        end = place + len(written)
        at = place
        while at < end:
            upper = min(end, (at // SECTOR + 1) * SECTOR)
            if random is None or random.random() < 0.5:
                if len(data) < upper:
                    data.extend(bytes(upper - len(data)))
                data[at:upper] = written[at - place:upper - place]
            at = upper

    def sync(self):
        for change in self.pending:
            self._apply(self.durable, change)
        self.pending.clear()

    def after_cut(self, random):
        """One of the states that a cut may leave."""
        data = bytearray(self.durable)
        style = random.randrange(4)
        kept = random.randrange(len(self.pending) + 1)
        for place, change in enumerate(self.pending):
            if style == 0 or (style == 1 and place >= kept):
                continue  # nothing of it, or only the first
            isTorn = style == 3 and change[1] is not None
            if style == 2 and random.random() < 0.5:
                continue
            self._apply(data, change, random if isTorn else None)
        return bytes(data)


def cut(records, before, at, random):
    """The files after a cut following the first `at` records, and what had been printed by then.

    `before` are the files at the beginning, by path.
    """
    files = {path: File(data) for path, data in before.items()}
    gone = {}  # removed or renamed away, and not yet for certain
    printed = b""
    for kind, path, place, data in records[:at]:
        if kind == "A":
            printed += data
        elif kind == "C":
            # A name that comes back: an earlier file of it is gone unless its folder was not synced.
            files[path] = File(is_named=False)
        elif kind == "D":
            for name, file in files.items():
                if os.path.dirname(name) == path:
                    file.is_named = True
            gone = {name: file for name, file in gone.items() if os.path.dirname(name) != path}
        elif kind == "U" and path in files:
            file = files.pop(path)
            if file.is_named:
                gone[path] = file
        elif kind == "R" and path in files:
            target = data.decode()
            if target in files and files[target].is_named:
                gone[target] = files[target]
            moved = files.pop(path)
            moved.is_named = False
            files[target] = moved
        elif kind in "WT":
            file = files.setdefault(path, File(is_named=False))
            file.pending.append((place, data if kind == "W" else None))
        elif kind == "S" and path in files:
            files[path].sync()
    left = {}
    for path, file in gone.items():
        if random.random() < 0.5:
            left[path] = file.after_cut(random)
    for path, file in files.items():
        if path.endswith("-shm"):
            continue
        if file.is_named or random.random() < 0.5:
            left[path] = file.after_cut(random)
    return left, printed
