"""Runs by number: which kind of fault, with which seed, and what became of those that are done."""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback

from . import kinds
from .edits import make_dataset
from .programs import Place, Slow
from .server import Server
from .stores import SQLiteStore

PROJECT = pathlib.Path(__file__).resolve().parents[2]
NUMBERS = 1_000_000  # a run's seed is the campaign's times this, plus its number


def plan(store):
    """A hundred kinds by their shares, spread evenly."""
    places = []
    for kind in kinds.ALL:
        share = kind.shares[store]
        places += [((i + 0.5) / share, kind.kind, kind) for i in range(share)]
    return [kind for _, _, kind in sorted(places, key=lambda place: place[:2])]


PLANS = {store: plan(store) for store in ("sqlite", "postgres")}


def assignment(store, number):
    """The kind of a run, and how many of its kind were before it."""
    plan = PLANS[store]
    rounds, place = divmod(number, len(plan))
    kind = plan[place]
    return kind, rounds * kind.shares[store] + plan[:place].count(kind)


def compile_shim(folder):
    library = pathlib.Path(folder) / "faults.so"
    for compiler in ("cc", "clang", "gcc"):
        if shutil.which(compiler):
            subprocess.run(
                [compiler, "-O1", "-shared", "-fPIC", "-o", library, PROJECT / "Tools/store-faults.c", "-ldl",
                 "-lpthread"], check=True)
            return str(library)
    sys.exit("torture: no C compiler for the library that makes disks fail; install gcc or clang")


class Campaign:
    def __init__(self, program, state, work, store="sqlite"):
        self.program, self.state = os.path.abspath(program), pathlib.Path(state)
        self.state.mkdir(parents=True, exist_ok=True)
        self.work = tempfile.mkdtemp(prefix="twinlens-torture-", dir=work)
        self.shim = compile_shim(self.work)
        self.data = make_dataset(pathlib.Path(self.work) / "data")
        self.store = store
        self.log = self.state / "runs.jsonl"
        self.lock = threading.Lock()
        # Each thread has a server to itself, as others must not miss one that is killed.
        self.own, self.servers = threading.local(), []

    def server(self):
        if not hasattr(self.own, "server"):
            schema = subprocess.run([self.program, "annotations", "schema"], capture_output=True, text=True, check=True)
            self.own.server = Server(schema.stdout)
            with self.lock:
                self.servers.append(self.own.server)
        return self.own.server

    @contextlib.contextmanager
    def new_store(self, folder):
        """An empty store; one on a server goes away again."""
        if self.store == "sqlite":
            yield SQLiteStore(folder / "s.sqlite")
            return
        with contextlib.closing(self.server().store()) as store:
            yield store

    def close(self):
        for server in self.servers:
            server.close()
        shutil.rmtree(self.work, ignore_errors=True)

    def done(self):
        """The records of runs that are over, by seed."""
        if not self.log.exists():
            return {}
        records = {}
        with open(self.log) as file:
            for line in file:
                try:
                    record = json.loads(line)
                except ValueError:
                    continue  # the last line of a campaign that was killed
                records[record["seed"]] = record
        return records

    def run(self, seed, breaks=(), only=None):
        """One run; its record."""
        number = seed % NUMBERS
        kind, turn = assignment(self.store, number)
        if only is not None:
            kind, turn = only, number
        folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{seed}-", dir=self.work))
        place = Place(self.program, self.shim, self.data, folder)
        started = time.monotonic()
        with self.new_store(folder) as store:
            run = kinds.Run(place, store, random.Random(seed), turn, breaks)
            try:
                kind(run)
            except Slow as error:
                run.wrong(f"no answer: {error}")
            except Exception:  # A mistake of the campaign must not pass for a run without faults.
                run.wrong(traceback.format_exc(limit=4))
        record = {
            "seed": seed, "kind": kind.kind, "hit": run.wasHit, "faults": run.faults,
            "seconds": round(time.monotonic() - started, 3)}
        if run.faults and not breaks:
            kept = self.state / f"failed-{seed}"
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(folder, kept, ignore_dangling_symlinks=True)
        shutil.rmtree(folder, ignore_errors=True)
        return record

    def note(self, record):
        with self.lock, open(self.log, "a") as file:
            file.write(json.dumps(record) + "\n")

    def go(self, base, rounds, jobs, only=None, seconds=None):
        """The runs of a campaign that are not done yet; the number of those with faults, of all."""
        done = self.done()
        seeds = [base * NUMBERS + n for n in range(rounds)]
        if only is None:
            left = [seed for seed in seeds if seed not in done]
        else:
            left = seeds
        failed = sum(1 for seed in seeds if done.get(seed, {}).get("faults"))
        started, isLive = time.monotonic(), sys.stderr.isatty()
        ended = 0
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            waiting = set()
            queue = iter(left)
            while True:
                while len(waiting) < jobs:
                    isLate = seconds is not None and time.monotonic() - started > seconds
                    seed = None if isLate else next(queue, None)
                    if seed is None:
                        break
                    waiting.add(pool.submit(self.run, seed, (), only))
                if not waiting:
                    break
                finished, waiting = concurrent.futures.wait(
                    waiting, return_when=concurrent.futures.FIRST_COMPLETED)
                for future in finished:
                    record = future.result()
                    self.note(record)
                    ended += 1
                    if record["faults"]:
                        failed += 1
                        print(f"{record['kind']}, seed {record['seed']}:", flush=True)
                        for fault in record["faults"]:
                            print(f"  {fault}", flush=True)
                spent = time.monotonic() - started
                text = f"{ended}/{len(left)} runs, {failed} with faults, {spent / max(1, ended) * (len(left) - ended) / 60:.0f} min left"
                if isLive:
                    print("\r\033[K" + text, end="", file=sys.stderr, flush=True)
                elif ended % 100 == 0:
                    print(text, file=sys.stderr, flush=True)
        if isLive:
            print("\r\033[K", end="", file=sys.stderr)
        return failed, ended
