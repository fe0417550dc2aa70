"""The kinds of faults. Each is a function of a `Run`, which has a program, a store, a seed and a model; it
calls `run.wrong(…)` for each promise that was broken."""
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import time

from . import power
from .edits import POSTS, Model, cores, model_of
from .programs import Plain, Screen, Script
from .server import Proxy
from .stores import SIBLINGS, Damaged

ALL = []


def kind(title, on_files=0, on_server=0):
    """Puts a kind into the list: its promise in a few words, and its shares of the campaigns.

    A kind that needs the files of a store has no share in that on a server, and the other way round.
    """
    def add(function):
        function.kind = function.__name__.replace("_", "-")
        function.title = title
        function.shares = {"sqlite": on_files, "postgres": on_server}
        ALL.append(function)
        return function
    return add


POST_IDS = [f"p{i}" for i in range(POSTS)]


class Run:
    """One run of the campaign: what was asked, what was acknowledged, what is wrong."""

    def __init__(self, place, store, random, turn=0, breaks=()):
        self.place, self.store, self.random, self.turn = place, store, random, turn
        self.breaks = set(breaks)
        self.faults = []
        self.rows = []
        self.wasHit = False  # whether the fault happened at all

    def wrong(self, text):
        self.faults.append(text)

    def edits(self, count):
        """Edits that follow what is stored."""
        model = model_of(self.rows, "ann", POST_IDS)
        return [model.next_edit(self.random) for _ in range(count)]

    @property
    def backups(self):
        """How many backups the program keeps: in some runs, their writes fail too."""
        return self.random.choice([0, 0, 1, 2])

    def read(self, what):
        """The rows as they are now; None when they cannot be read, which is a fault."""
        try:
            return self.store.rows()
        except Damaged as error:
            self.wrong(f"{what}: the store is damaged: {error}")
            return None

    def check(self, what, edits, acknowledged, status=None, annotator="ann"):
        """Compares the store with what it held, what was asked, and what was acknowledged."""
        rows = self.read(what)
        if rows is None:
            return
        if rows[:len(self.rows)] != self.rows:
            self.wrong(f"{what}: steps that were there are others now")
        asked = cores(self.rows, annotator) + [edit.core for edit in edits]
        found = cores(rows, annotator)
        if found != asked[:len(found)]:
            self.wrong(f"{what}: applied and not asked: {found} instead of {asked}")
        if "early" in self.breaks:
            acknowledged = set(acknowledged) | set(range(1, len(asked) + 1))
        lost = set(acknowledged) - {row.sequence for row in rows}
        if lost:
            self.wrong(f"{what}: acknowledged and lost: {sorted(lost)} of {len(rows)} stored")
        if status == 0 and len(found) != len(asked):
            self.wrong(f"{what}: ended well with {len(found)} of {len(asked)} steps")
        self.rows = rows

    def verify(self, what, sound):
        """`annotations verify` says that all is well with a store that is sound, and else that it is not."""
        if not self.store.is_file:
            return None  # it reads files
        if not self.rows and not os.path.exists(self.store.address):
            return None  # all were killed before there was one
        status, output, errors = self.place.run("annotations", "verify", self.store.address, "--json")
        try:
            report = json.loads(output)
        except ValueError:
            self.wrong(f"{what}: verify printed no JSON (status {status}: {errors[:300]})")
            return None
        if sound and (status != 0 or report["steps"] != len(self.rows)):
            self.wrong(f"{what}: a sound store of {len(self.rows)} steps is said to be {output[:400]}")
        return report

    def more(self, what):
        """The program goes on with the store as a person would: it opens, one more edit is kept."""
        edits = self.edits(1)
        script = Script(self.place, self.store, edits)
        status = script.end()
        if status != 0:
            self.wrong(f"{what}: does not go on: {script.said()[:300]}")
        self.check(f"{what}, going on", edits, script.acknowledged(), status)


def some(run, low=2, high=9):
    return run.random.randint(low, high)


def begun(run, chance=0.7):
    """Often there is a history already."""
    if run.random.random() < chance:
        edits = run.edits(some(run, 1, 12))
        script = Script(run.place, run.store, edits)
        run.check("the beginning", edits, script.acknowledged(), script.end())


def end_somewhere(run, number, script_type=Script):
    begun(run)
    edits = run.edits(some(run, 4, 20))
    script = Script(run.place, run.store, edits, backups=run.backups)
    time.sleep(run.random.random() ** 2 * run.random.choice([0.05, 0.15, 0.4]))
    script.process.send_signal(number)
    status = script.end()
    if "forged" in run.breaks:
        run.store.forge()
    run.wasHit = status == -number
    run.check(f"after signal {number}", edits, script.acknowledged(), status)
    run.more(f"after signal {number}")


@kind("killed at any moment (SIGKILL)", 18, 14)
def killed(run):
    end_somewhere(run, signal.SIGKILL)


@kind("asked to end (SIGTERM), in scripts, line by line and on a terminal", 8, 12)
def terminated(run):
    style = run.random.randrange(8)
    if style < 5:
        return end_somewhere(run, signal.SIGTERM)
    begun(run)
    edits = run.edits(some(run, 1, 5))
    if style < 7:
        session = Plain(run.place, run.store)
        for edit in edits:
            session.send(edit)
    else:
        session = Screen(run.place, run.store)
        for number, edit in enumerate(edits, len(run.rows) + 1):
            session.send(edit, number if run.random.random() < 0.5 else None)
    status = session.end(signal.SIGTERM)
    run.wasHit = status != 0
    run.check("after SIGTERM", edits, session.acknowledged)
    run.more("after SIGTERM")


@kind("the terminal goes away (hang-up)", 4, 6)
def hang_up(run):
    begun(run)
    edits = run.edits(some(run, 1, 5))
    session = Screen(run.place, run.store)
    for number, edit in enumerate(edits, len(run.rows) + 1):
        session.send(edit, number if run.random.random() < 0.5 else None)
    session.hang_up()
    run.wasHit = True
    run.check("after the hang-up", edits, session.acknowledged)
    run.more("after the hang-up")


@kind("the disk is full: no byte more, a file-size limit, a small tmpfs", 8)
def full_disk(run):
    begun(run)
    style = run.random.randrange(3)
    edits = run.edits(some(run, 2, 12))
    if style == 0:
        script = Script(
            run.place, run.store, edits, faults={"budget": int(run.random.random() ** 2 * 120_000) + 1},
            backups=run.backups)
    elif style == 1:
        # Room for what the program itself writes, which is little.
        limit = run.random.randrange(1, 40) * 4096

        def limited():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        script = Script(run.place, run.store, edits, before_exec=limited)
    else:
        folder = run.place.folder / "disk"
        folder.mkdir(exist_ok=True)
        size = run.random.randrange(8, 60) * 4
        if subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", folder], capture_output=True).returncode:
            return full_disk_by_budget(run, edits)
        try:
            return in_small_folder(run, folder, edits)
        finally:
            subprocess.run(["umount", "-l", folder], capture_output=True)
    status = script.end()
    run.wasHit = status != 0
    if status > 0 and not script.said():
        run.wrong("full disk: no reason is given")
    run.check("full disk", edits, script.acknowledged(), status)
    run.more("after the full disk")


def full_disk_by_budget(run, edits):
    script = Script(run.place, run.store, edits, faults={"budget": run.random.randrange(1, 120_000)})
    status = script.end()
    run.wasHit = status != 0
    run.check("full disk", edits, script.acknowledged(), status)


def in_small_folder(run, folder, edits):
    old = run.store
    try:
        store = old.copied(folder / "s.sqlite")
    except OSError:
        return  # not even that has room
    run.store = store
    try:
        script = Script(run.place, run.store, edits)
        status = script.end()
        run.wasHit = status != 0
        shutil.copytree(folder, run.place.folder / "kept", dirs_exist_ok=True)
        run.store = type(store)(run.place.folder / "kept" / "s.sqlite")
        run.check("full tmpfs", edits, script.acknowledged(), status)
        # In place, once there is room again.
        subprocess.run(["mount", "-o", "remount,size=1m", folder], capture_output=True)
        run.store = store
        run.more("tmpfs with room again")
    finally:
        run.store = old


@kind("the k-th write, sync, truncation, renaming or removal fails, or kills, for every k", 20)
def failing_call(run):
    begun(run, 0.5)
    edits = run.edits(3)
    # Of a run like this there are some seventy. All pairs of a call and a way to fail come in 560 turns, in an
    # order that has some of each early (239 has no divisor in common with 560).
    mode, k = divmod(run.turn * 239 % 560, 80)
    k += 1
    lasts = run.random.random() < 0.3
    if "unwritten" in run.breaks:
        mode = 7
    last = k if mode == 0 else k + run.random.choice([0, 0, 0, 1, 3, 30]) if not lasts else 1_000_000
    retry = ["text :retry\nkey Return"] if run.random.random() < 0.4 else []
    count = run.place.name("count")
    script = Script(
        run.place, run.store, edits, after=retry, faults={"from": k, "to": last, "mode": mode, "count": count},
        backups=run.backups)
    status = script.end()
    what = f"calls {k} to {last} in mode {mode}"
    calls = int(open(count).read() or 0) if os.path.exists(count) else 0
    run.wasHit = calls >= k or status < 0
    if status > 0 and not script.said():
        run.wrong(f"{what}: no reason is given")
    run.check(what, edits, script.acknowledged(), status)
    run.more(what)


@kind("the power fails: unsynced writes are dropped, torn or reordered", 14)
def power_cut(run):
    for generation in range(run.random.randint(1, 2)):
        begun(run, 0.3)
        before = {
            run.store.address + e: open(run.store.address + e, "rb").read()
            for e in [*SIBLINGS, ".lock"] if os.path.exists(run.store.address + e)}
        base = list(run.rows)
        edits = run.edits(some(run, 2, 8))
        log = run.place.name("log")
        faults = {"log": log}
        if "nosync" in run.breaks:
            faults["no_sync"] = 1
        script = Script(run.place, run.store, edits, faults=faults, backups=run.backups)
        if script.end() != 0:
            return run.wrong(f"power: a recorded script failed: {script.said()[:300]}")
        records = power.read(log)
        for _ in range(4):
            at = run.random.randrange(len(records) + 1)
            left, printed = power.cut(records, before, at, run.random)
            run.store.clear()
            for path, data in left.items():
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as file:
                    file.write(data)
            if os.path.exists(run.store.address):
                os.chmod(run.store.address, 0o600)
            text = printed.decode(errors="replace")
            acknowledged = {int(n) for n in re.findall(r"^committed (\d+)$", text[:text.rfind("\n") + 1], re.M)}
            run.wasHit = True
            run.rows = list(base)
            # The program takes the file up first, as SQLite of Python would do it for it.
            opening = Script(run.place, run.store, [])
            status = opening.end()
            if status != 0:
                run.wrong(f"power: the store is refused: {opening.said()[:300]}")
            run.check(f"power cut after record {at} of {len(records)}", edits, acknowledged)
            if run.faults:
                return
        run.more("after the power cut")


def log_of(run):
    """The steps that `annotations log` reads, and what it says of damage; None where it refuses."""
    status, output, errors = run.place.run(
        "annotations", "log", run.place.data, "--store", run.store.address, "--json")
    if status != 0:
        return None, [errors]
    report = json.loads(output)
    return report["steps"], report["notes"] + ([errors] if errors.strip() else [])


def compare_damaged(run, what):
    """What a damaged store gives is what was stored, and what it does not give is named."""
    if "blind" in run.breaks and os.path.exists(run.store.address + ".lock"):
        os.remove(run.store.address + ".lock")
    steps, notes = log_of(run)
    known = {row.sequence: row for row in run.rows}
    read = set()
    for step in steps or []:
        row = known.get(step["sequence"])
        if row is None or (row.post, row.annotator, row.name) != (step["post"], step["annotator"], step["name"]):
            run.wrong(f"{what}: a step that was never made: {step}")
        read.add(step["sequence"])
    lost = set(known) - read
    if lost and not any(note.strip() for note in notes):
        run.wrong(f"{what}: {len(lost)} of {len(known)} steps are gone and nothing is said: {sorted(lost)[:9]}")
    report = run.verify(what, sound=False)
    if report is None:
        return
    if lost and report["sound"]:
        run.wrong(f"{what}: verify finds nothing wrong where {sorted(lost)[:9]} are gone")
    new = run.place.name("repaired.sqlite")
    status, output, errors = run.place.run("annotations", "repair", run.store.address, "--output", new, "--json")
    repaired = []
    if os.path.exists(new):
        try:
            repaired = type(run.store)(new).rows()
        except Damaged as error:
            # Numbers of lost steps stay free, so a gap is no damage there.
            if "is missing" not in str(error) and "checksums for" not in str(error):
                run.wrong(f"{what}: the repaired store is damaged: {error}")
            return
        if [row for row in repaired if known.get(row.sequence) != row]:
            run.wrong(f"{what}: the repaired store has steps that were never made")
    if len(repaired) < len(read):
        run.wrong(f"{what}: repair keeps {len(repaired)} of {len(read)} steps that log reads: {errors[:300]}")


def left_open(run):
    """A store whose last steps are in the log, as a program that was killed leaves it."""
    begun(run)
    edits = run.edits(some(run, 2, 9))
    session = Plain(run.place, run.store)
    for edit in edits:
        session.send(edit)
    session.end(signal.SIGKILL)
    run.check("killed line by line", edits, session.acknowledged)


@kind("the write-ahead log is torn, cut, emptied or gone", 7)
def torn_log(run):
    left_open(run)
    log = run.store.address + "-wal"
    if not os.path.exists(log):
        return
    size = os.path.getsize(log)
    style = run.random.randrange(5)
    run.wasHit = True
    if style == 0:
        os.truncate(log, run.random.randrange(size))
    elif style == 1:
        os.remove(log)
    else:
        with open(log, "r+b") as file:
            place = run.random.randrange(size)
            file.seek(place)
            if style == 2:
                file.write(bytes(size - place))
            elif style == 3:
                file.write(run.random.randbytes(min(512, size - place)))
            else:
                bit = file.read(1)[0] ^ 1 << run.random.randrange(8)
                file.seek(place)
                file.write(bytes([bit]))
    if run.random.random() < 0.5 and os.path.exists(run.store.address + "-shm"):
        os.remove(run.store.address + "-shm")
    compare_damaged(run, f"log of {size} bytes, style {style}")


@kind("bytes of the file are flipped, zeroed, overwritten, its end is cut off", 7)
def flipped(run):
    for _ in range(run.random.randint(1, 3)):
        begun(run, 1)
    path = run.store.address
    if not os.path.exists(path):
        return
    size = os.path.getsize(path)
    style = run.random.randrange(6)
    run.wasHit = True
    with open(path, "r+b") as file:
        for _ in range(run.random.choice([1, 1, 2, 8])):
            place = run.random.randrange(size)
            if style == 0:
                place = place // 4096 * 4096
                file.seek(place)
                file.write(bytes(4096))
            elif style == 1:
                file.seek(place)
                file.write(run.random.randbytes(min(600, size - place)))
            elif style == 2:
                file.truncate(run.random.randrange(size))
                break
            else:
                file.seek(place)
                bit = file.read(1)[0] ^ 1 << run.random.randrange(8)
                file.seek(place)
                file.write(bytes([bit]))
    compare_damaged(run, f"file of {size} bytes, style {style}")


@kind("the store is moved, replaced, removed or cut while it is open", 4)
def replaced(run):
    begun(run)
    path = run.store.address
    session = Plain(run.place, run.store)
    first = run.edits(some(run, 1, 4))
    for edit in first:
        session.send(edit)
    run.check("before the store goes", first, session.acknowledged)
    style = run.random.randrange(5)
    aside = path + "-aside"
    safe = set(session.acknowledged)
    if style == 0:
        os.rename(path, aside)
    elif style == 1:
        os.remove(path)
    elif style == 2:
        os.rename(path, aside)
        shutil.copyfile(aside, path)
    elif style == 3:
        os.truncate(path, os.path.getsize(path) // 2)
    else:
        for ending in SIBLINGS[1:]:
            if os.path.exists(path + ending):
                os.remove(path + ending)
    run.wasHit = True
    second = run.edits(some(run, 1, 3))
    for edit in second:
        if session.send(edit):
            run.wrong(f"replaced, style {style}: an edit is called saved where the store is gone")
    # The way out that the message names.
    rescued = run.place.name("rescued.sqlite")
    said = session.command(f":save-history {rescued}", r"from now on|the history is not saved")
    status = session.end()
    old, run.store = run.store, type(run.store)(rescued)
    if "from now on" in said:
        run.check(f"rescued, style {style}", second, range(1, len(run.rows) + len(second) + 1), status)
    else:
        run.wrong(f"replaced, style {style}: the history cannot be saved elsewhere: {said[-300:]}")
    run.store = old


@kind("the store becomes read-only: permissions, and a remounted file system", 3)
def read_only(run):
    begun(run, 1)
    folder = run.place.folder / "mounted"
    folder.mkdir(exist_ok=True)
    isMounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], capture_output=True).returncode == 0
    old = run.store
    try:
        run.store = store = old.copied(folder / "s.sqlite")
        session = Plain(run.place, run.store)
        first = run.edits(some(run, 1, 3))
        for edit in first:
            session.send(edit)
        run.check("while it can be written", first, session.acknowledged)
        if isMounted:
            # A remount is refused while files are open for writing, unless by force.
            done = subprocess.run(["mount", "-o", "remount,ro,size=2m", folder], capture_output=True).returncode == 0
            if not done:
                session.end()
                subprocess.run(["mount", "-o", "remount,ro,size=2m", folder], capture_output=True)
        else:
            session.end()
            os.chmod(store.address, 0o444)
        run.wasHit = True
        second = run.edits(2)
        script = Script(run.place, run.store, second)
        status = script.end()
        run.check("read-only", second, script.acknowledged(), status)
        if status == 0:
            run.wrong("read-only: edits are called saved")
        elif not script.said():
            run.wrong("read-only: no reason is given")
        steps, _ = log_of(run)
        if steps is None or len(steps) < len(run.rows):
            run.wrong("read-only: the history cannot be read")
        if session.process.poll() is None:
            session.end(signal.SIGKILL)
        else:
            session.process.stdout.close()
    finally:
        run.store = old
        if isMounted:
            subprocess.run(["umount", "-l", folder], capture_output=True)


@kind("the clock goes back or jumps, between sessions and within one", 3, 4)
def clock(run):
    for session in range(run.random.randint(2, 3)):
        edits = run.edits(some(run, 1, 6))
        first = run.random.choice([0, -86_400, -3, 86_400 * 400, -10 ** 9])
        faults = {"clock": f"{first}:{run.random.randrange(1, 4000)}:{run.random.choice([0, -7200, 3600, -10 ** 9])}"}
        script = Script(run.place, run.store, edits, faults=faults)
        run.check("clock", edits, script.acknowledged(), script.end())
    run.wasHit = True
    run.verify("clock", sound=True)


def together(run, count, disturb=None):
    """Some annotators, each at posts of their own; some of them are killed, or `disturb()` is called meanwhile.

    Who finds no server at the beginning may end with that reason.
    """
    names = ["ann", "bo", "cy", "di", "ed"][:count]
    shared = run.random.random() < 0.25
    kills = disturb is None and run.random.random() < 0.5
    for _ in range(run.random.randint(1, 2)):
        asked, scripts = {}, {}
        for place, name in enumerate(names):
            posts = POST_IDS[:2] if shared else POST_IDS[place * 2:place * 2 + 2]
            model = Model(posts) if shared else model_of(run.rows, name, posts)
            edits = [model.next_edit(run.random) for _ in range(some(run, 4, 14))]
            if shared:
                # What becomes of edits of one post depends on who is faster; undoing of that most of all.
                edits = [edit for edit in edits if edit.core[0] == "mentions"]
            asked[name], scripts[name] = edits, Script(run.place, run.store, edits, annotator=name)
        if kills:
            time.sleep(run.random.random() * 0.3)
            for name in run.random.sample(names, run.random.randint(1, count)):
                scripts[name].process.send_signal(signal.SIGKILL)
        if disturb is not None:
            disturb()
        states = {name: script.end() for name, script in scripts.items()}
        rows = run.read(f"{count} writers")
        if rows is None:
            return
        if rows[:len(run.rows)] != run.rows:
            run.wrong(f"{count} writers: steps that were there are others now")
        for name, script in scripts.items():
            before, found = cores(run.rows, name), cores(rows, name)
            wanted = before + [edit.core for edit in asked[name]]
            own = {row.sequence for row in rows if row.annotator == name}
            if not script.acknowledged() <= own:
                run.wrong(f"{count} writers: {name}'s acknowledged {sorted(script.acknowledged() - own)} are lost")
            if shared:
                new = [core[1:3] for core in found[len(before):]]
                rest = iter(core[1:3] for core in wanted[len(before):])
                if not all(core in rest for core in new):
                    run.wrong(f"{count} writers of one post: {name} made steps that nobody asked for: {new}")
            elif found != wanted[:len(found)]:
                run.wrong(f"{count} writers: {name}: applied and not asked: {found} instead of {wanted}")
            if states[name] == 0 and not shared and len(found) != len(wanted):
                run.wrong(f"{count} writers: {name} ended well with {len(found)} of {len(wanted)} steps")
            isUnopened = disturb is not None and "no connection (" in script.said() and len(found) == len(before)
            if states[name] > 0 and not shared and not isUnopened:
                run.wrong(f"{count} writers: {name} ended with {states[name]}: {script.said()[:300]}")
        run.rows = rows
        run.wasHit = True
    run.verify(f"{count} writers", sound=True)


@kind("two write at once, and are killed", 3, 8)
def two_writers(run):
    together(run, 2)


@kind("five write at once, and are killed", 1, 6)
def five_writers(run):
    together(run, 5)


@kind("the server is killed (SIGKILL) and started again while one, two or five write", on_server=14)
def server_killed(run):
    server = run.store.server

    def disturb():
        for _ in range(run.random.randint(1, 2)):
            time.sleep(run.random.random() * 0.4)
            server.kill()
            time.sleep(run.random.random() * 0.5)
            server.start()
    together(run, run.random.choice([1, 2, 5]), disturb)


@kind("the server ends connections while one, two or five write", on_server=14)
def connection_ended(run):
    def disturb():
        for _ in range(run.random.randint(1, 6)):
            time.sleep(run.random.random() * 0.15)
            run.store.end_connections()
    together(run, run.random.choice([1, 2, 5]), disturb)


@kind("connections are cut after any number of bytes, in both directions", on_server=16)
def connection_cut(run):
    store, proxy = run.store, Proxy(run.store.server.port, run.random.random(), run.random.randint(1, 6))
    run.store = store.through(proxy.port)
    try:
        together(run, run.random.choice([1, 1, 2]), lambda: None)
        run.wasHit = proxy.cut > 0
    finally:
        run.store = store
        proxy.close()


@kind("the server's disk is full", on_server=6)
def server_full(run):
    store = run.store
    with store.server.small_disk() as disk:
        if disk is None:
            return  # only an administrator mounts one
        run.store = disk.store
        begun(run)
        # The first connection to a database writes a file of the server's own, without which none is made.
        disk.store.rows()
        disk.fill(run.random.randrange(4))
        edits = run.edits(some(run, 6, 24))
        script = Script(run.place, run.store, edits)
        status = script.end()
        run.wasHit = status != 0
        if status > 0 and not script.said():
            run.wrong("the server's full disk: no reason is given")
        run.check("the server's full disk", edits, script.acknowledged(), status)
        disk.empty()
        run.more("with room again")
    run.store = store
