#!/usr/bin/env python3
"""Checks and measures Scripts/spark-predict; Scripts/check-spark tells how it is called.

Every run has a cluster of two executors of its own, each a process of Java with one core. What is to die or to vanish
does so at a known place: the program that the tasks start is a stand-in, which hands everything to the real one, and
at its first start stops after some records and says so. Spark's own log of events tells whether it happened.
"""
from __future__ import annotations

import argparse
import base64
import functools
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import pyarrow as pa
import pyarrow.parquet as pq

import spark_stream

PROJECT = Path(__file__).resolve().parent.parent
HARBOR = PROJECT / "Samples" / "harbor"
MODELS = PROJECT / "Samples" / "models"
LIMIT = 400  # seconds a run may take
POSTS = 72
WHERE_IT_STOPS = 7

# The program of the tasks: {first} is a folder that only one of all that start can make, {ready} says that it is there.
STAND_IN = """#!{python}
import os, signal, subprocess, sys, time

def first():
    try:
        os.mkdir({first!r})
        return True
    except FileExistsError:
        return False

def say_ready():
    with open({ready!r} + ".part", "w") as file:
        file.write(str(os.getpid()))
    os.rename({ready!r} + ".part", {ready!r})

def wait_for(there):
    worker = os.getppid()
    while os.getppid() == worker and not there():
        time.sleep(0.02)

words = [{program!r}, *sys.argv[1:]]
if {fault!r} == "always":
    sys.exit("the stand-in never answers")
if {fault!r} and first():
    if {fault!r} == "hold":
        say_ready()
        wait_for(lambda: os.path.exists({go!r}))
    else:
        child = subprocess.Popen(words, stdin=subprocess.PIPE)
        for _ in range({stops}):
            child.stdin.write(sys.stdin.buffer.readline())
        child.stdin.close()
        child.wait()
        say_ready()
        if {fault!r} == "child":
            os.kill(os.getpid(), signal.SIGKILL)
        wait_for(lambda: False)
        sys.exit(1)
os.execv(words[0], words)
"""


class Failed(Exception):
    """A check that found something."""


def expect(holds: bool, what: str) -> None:
    if not holds:
        raise Failed(what)


# Posts in all the forms that the input may have


def posts(split: str, count: int) -> list[dict[str, Any]]:
    with open(HARBOR / f"{split}.jsonl", encoding="utf-8") as file:
        return [json.loads(line) for line in file][:count]


def picture(post: dict[str, Any]) -> bytes:
    return (HARBOR / "images" / f"{post['image']}.jpg").read_bytes()


def line_of(record: dict[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def text_of(post: dict[str, Any]) -> dict[str, Any]:
    return {"id": post["id"], "tokens": post["tokens"]}


def tar_of(path: Path, members: list[tuple[str, bytes]]) -> None:
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in members:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))


BAD_LINES = [
    b"{\"id\": \"cut\", \"tokens\": [\"a\"\n", b"\xff\xfe\n", b"\n", b"{\"id\": \"wordless\"}\n",
    b"{\"tokens\": [\"a\", 1]}\r\n", b"{\"id\":\"says\",\"tokens\":\"\\\"line\\\":1\"}\n"]
BAD_PICTURES: list[dict[str, Any]] = [
    {"image": "gone"}, {"image": "../gone"}, {"image": "shard.tar:gone.jpg"}, {"image_base64": "!"},
    {"image_base64": base64.b64encode(b"no picture").decode()}]


def make_lines(folder: Path, pictures: Path) -> None:
    """Three files of posts with their pictures by path, as members of a shard, as bytes and without, and bad ones."""
    folder.mkdir()
    pictures.mkdir()
    chosen = posts("dev", POSTS)
    for post in chosen[0::4]:
        (pictures / f"{post['image']}.jpg").write_bytes(picture(post))
    tar_of(pictures / "shard.tar", [(f"{post['image']}.jpg", picture(post)) for post in chosen[1::4]])
    lines = []
    for number, post in enumerate(chosen):
        form: list[dict[str, Any]] = [
            {"image": post["image"]}, {"image": f"shard.tar:{post['image']}.jpg"},
            {"image_base64": base64.b64encode(picture(post)).decode()}, {}]
        lines.append(line_of(text_of(post) | form[number % 4]))
        if number % 6 == 3:
            lines.append(BAD_LINES[number // 6 % len(BAD_LINES)])
    lines += [line_of(text_of(chosen[0]) | bad) for bad in BAD_PICTURES]
    # The last file is the largest: Spark starts with that, and the order must not suffer. Nor from the order of the
    # names, which is another one where Spark escapes them.
    for name, part in (("a b", lines[:15]), ("a!b", lines[15:40]), ("a%41", lines[40:])):
        (folder / f"{name}.jsonl").write_bytes(b"".join(part))


def make_parquet(folder: Path, lines: Path) -> None:
    """Two Parquet files as Hugging Face writes them, and the same as JSON Lines."""
    folder.mkdir()
    rows: list[dict[str, Any]] = []
    for number, post in enumerate(posts("test", POSTS)):
        image = {"bytes": picture(post), "path": None} if number % 3 else None
        rows.append(text_of(post) | {"image": image})
    rows[5]["tokens"] = None
    rows[40]["image"] = {"bytes": b"no picture", "path": None}
    kind = pa.schema([
        ("id", pa.string()), ("tokens", pa.list_(pa.string())),
        ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())]))])
    for name, part in (("0", rows[:30]), ("1", rows[30:])):
        pq.write_table(pa.Table.from_pylist(part, schema=kind), folder / f"{name}.parquet", row_group_size=8)
    with open(lines, "wb") as file:
        for row in rows:
            if row["image"]:
                row["image"] = row["image"] | {"bytes": base64.b64encode(row["image"]["bytes"]).decode()}
            file.write(line_of({name: value for name, value in row.items() if value is not None}))


def make_shards(folder: Path) -> None:
    """Three WebDataset shards: a JSON member for each post, and its picture beside it."""
    folder.mkdir()
    chosen = posts("test", POSTS)
    for number in range(3):
        members = []
        for post in chosen[number::3]:
            members += [(f"{post['id']}.jpg", picture(post)), (f"{post['id']}.json", line_of(text_of(post)))]
        members += [(f"bad-{number}.json", b"{")]
        tar_of(folder / f"{number}.tar", members)


# Processes


def parent(process: int) -> int | None:
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except (OSError, ValueError):
        return None


def descendants(root: int) -> list[int]:
    parents = {int(entry.name): parent(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    found, layer = [], [root]
    while layer:
        layer = [process for process, above in parents.items() if above in layer]
        found += layer
    return found


def java_above(process: int) -> int:
    """The nearest process of Java that started this one: its executor."""
    above: int | None = process
    while above is not None and above > 1:
        if Path(f"/proc/{above}/comm").read_text().strip() == "java":
            return above
        above = parent(above)
    raise Failed(f"no executor above process {process}")


def wait_for(holds: Callable[[], Any], what: str, seconds: float = LIMIT) -> None:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise Failed(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.02)


# Runs


@dataclass
class Room:
    """Where everything is, and what the runs share."""

    program: str
    folder: Path

    @functools.cached_property
    def pictures(self) -> Path:
        make_lines(self.folder / "lines", self.folder / "pictures")
        return self.folder / "pictures"

    @property
    def lines(self) -> Path:
        return self.pictures.parent / "lines"

    @functools.cached_property
    def answers_to_lines(self) -> bytes:
        data = b"".join(path.read_bytes() for path in sorted(self.lines.iterdir()))
        return self.one_process(data, "--pictures", str(self.pictures))

    def one_process(self, data: bytes, *options: str) -> bytes:
        words = [self.program, "predict", "-", "--models", str(MODELS), *options]
        done = subprocess.run(words, input=data, capture_output=True, timeout=LIMIT)
        expect(done.returncode == 0, f"{' '.join(words)}: status {done.returncode}\n{done.stderr.decode()[-2000:]}")
        return done.stdout


class Run:
    """One call of Scripts/spark-predict, with a cluster, a stand-in and a log of its own."""

    def __init__(self, room: Room, name: str, fault: str = "", master: str = "local-cluster[2,1,1024]") -> None:
        self.room, self.master = room, master
        self.folder = room.folder / name
        self.folder.mkdir(exist_ok=True)
        for place in ("events", "local", "tmp"):
            (self.folder / place).mkdir(exist_ok=True)
        self.out = self.folder / "out"
        self.ready, self.go = self.folder / "ready", self.folder / "go"
        self.stand_in = self.folder / "program"
        self.stand_in.write_text(STAND_IN.format(
            python=sys.executable, program=room.program, fault=fault, stops=WHERE_IT_STOPS,
            first=str(self.folder / "first"), ready=str(self.ready), go=str(self.go)))
        self.stand_in.chmod(0o755)

    def start(self, source: Path, *options: str, predict: tuple[str, ...] = ()) -> None:
        words = [
            str(PROJECT / "Scripts" / "spark-predict"), str(source), str(self.out), "--models", str(MODELS),
            "--program", str(self.stand_in), "--master", self.master, "--json",
            "--conf", "spark.sql.files.maxPartitionBytes=16k", "--conf", "spark.ui.enabled=false",
            "--conf", "spark.eventLog.enabled=true", "--conf", f"spark.eventLog.dir=file:{self.folder / 'events'}",
            "--conf", "spark.eventLog.compress=false", "--conf", "spark.eventLog.rolling.enabled=false",
            "--conf", f"spark.local.dir={self.folder / 'local'}", *options, *(["--", *predict] if predict else [])]
        self.told = open(self.folder / "told", "wb")
        self.process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=self.told,
            # Java that compiles little starts in half the time.
            env={**os.environ, "TMPDIR": str(self.folder / "tmp"), "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1"})

    def end(self, status: int = 0) -> dict[str, Any]:
        """Waits for the run, which must end so; gives its summary."""
        try:
            said, _ = self.process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failed(f"still running after {LIMIT} s\n{self.stderr()[-3000:]}") from None
        expect(self.process.returncode == status, f"status {self.process.returncode}\n{self.stderr()[-3000:]}")
        return dict(json.loads(said)) if status == 0 else {}

    def kill(self) -> None:
        """Ends the driver and all that it started at once, as a machine that loses its power does."""
        processes = [*descendants(self.process.pid), self.process.pid]
        for process in processes:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.communicate()

    def stderr(self) -> str:
        return (self.folder / "told").read_text(errors="replace")

    def answers(self) -> bytes:
        return b"".join(path.read_bytes() for path in sorted((self.out / "jsonl").glob("part-*")))

    def ends_of_tasks(self) -> Iterator[dict[str, Any]]:
        """Why each task that failed did, as Spark's log of events has it."""
        for path in (self.folder / "events").iterdir():
            for line in path.read_text().splitlines():
                event = json.loads(line)
                if event["Event"] == "SparkListenerTaskEnd" and event["Task End Reason"]["Reason"] != "Success":
                    yield event["Task End Reason"]

    def failed_with(self, reason: str, text: str = "") -> bool:
        return any(end["Reason"] == reason and text in json.dumps(end) for end in self.ends_of_tasks())

    def has_whole(self, wanted: bytes) -> None:
        """The answers are those of one process, and nothing else is left in OUT."""
        answers = self.answers()
        if answers != wanted:
            ours, theirs = answers.splitlines(), wanted.splitlines()
            pairs = enumerate(zip(ours, theirs))
            place = next((n for n, pair in pairs if pair[0] != pair[1]), min(len(ours), len(theirs)))
            raise Failed(
                f"{len(ours)} answers, one process gives {len(theirs)}; the first that differs is {place + 1}:\n"
                f"  {ours[place:place + 1]}\n  {theirs[place:place + 1]}")
        present = sorted(path.name for path in self.out.iterdir() if not path.name.startswith("."))
        expect(set(present) <= {"jsonl", "parquet", "plan.json"}, f"left in the output folder: {present}")
        left = [str(path) for path in self.out.rglob("_temporary")]
        expect(not left, f"left half written: {left}")


# Checks


def as_text(data: list[bytes]) -> pa.Array:
    """Texts that need not be UTF-8, as files of others may hold them."""
    return pa.array(data, pa.binary()).view(pa.string())


def check_rows(room: Room) -> str:
    """Rows of Parquet as lines, by hand: pictures in both forms, no picture, and text that is no UTF-8."""
    words = pa.ListArray.from_arrays(pa.array([0, 1, 2], pa.int32()), as_text([b"x", b"\xff"]))
    twice = pa.array([{"bytes": b"\1", "path": None}, {"bytes": None, "path": "p"}])
    for image, wanted in (
        (pa.array([b"\1\2", None]), [b'"image_base64":"AQI="}', b""]),
        (twice, [b'"image":{"bytes":"AQ==","path":null}}', b'"image":{"bytes":null,"path":"p"}}'])):
        batch = pa.RecordBatch.from_arrays(
            [pa.array(["f", "f"]), pa.array([7, 8]), as_text([b"i", b"\xfe"]), words, image],
            ["file", "row", "id", "tokens", "image"])
        lines = list(spark_stream.parquet_lines(batch))
        begins = [b'{"id":"i","tokens":["x"]', b'{"id":"\xfe","tokens":["\xff"]']
        right = [
            (("f", 0, 7 + number), begin + (b"," + end if end else b"}"))
            for number, (begin, end) in enumerate(zip(begins, wanted))]
        expect(lines == right, f"{lines}\nare not\n{right}")
    return "4 rows"


class Ignored:
    """In the place of an accumulator, where there is no Spark."""

    def add(self, _: float) -> None:
        pass


def check_children(room: Room) -> str:
    """Children that answer too little, too much, half a line or nothing: each fails its task and says why."""
    batch = pa.RecordBatch.from_pydict({"file": ["f", "f"], "block": [0, 0], "record": [b"1", b"2"]})
    ignored: Any = Ignored()
    counts = spark_stream.Counts(ignored, ignored, ignored, ignored)
    for shell, why in (
        ("head -n 1; cat >/dev/null", "1 records have no answer"), ("cat; echo 3", "more answers than"),
        ("printf 1; cat >/dev/null", "last line is cut"), ("echo why >&2; exit 3", "(status 3). It told:\nwhy")):
        stand_in = room.folder / "child"
        stand_in.write_text(f"#!/bin/sh\n{shell}\n")
        stand_in.chmod(0o755)
        command = spark_stream.Command(str(stand_in), "", (), False, False)
        try:
            list(spark_stream.answer_records([batch], spark_stream.TextLines(), command, counts))
            raise Failed(f"{shell}: nobody minded")
        except spark_stream.ChildFailed as failed:
            expect(why in str(failed), f"{shell}: {failed}")
    return "4 failed as they should"


def check_lines(room: Room) -> str:
    """JSON Lines with pictures in every form and bad records; the models and the program are shipped."""
    run = Run(room, "check-lines")
    run.start(room.lines, "--ship-models", "--ship-program", predict=("--pictures", str(room.pictures)))
    summary = run.end()
    run.has_whole(room.answers_to_lines)
    errors = room.answers_to_lines.count(b'{"error":')
    expect(errors >= len(BAD_LINES), f"one process gives {errors} error records")
    expect(summary["errors"] == errors, f"{summary['errors']} errors are counted, there are {errors}")
    expect(summary["tasks"] > 2, f"only {summary['tasks']} tasks")
    return f"{summary['records']} answers of {summary['tasks']} tasks, {errors} error records"


def check_child(room: Room) -> str:
    """Parquet; a child is killed after some answers. Its task is tried again."""
    make_parquet(room.folder / "parquet", room.folder / "parquet.jsonl")
    run = Run(room, "check-child", "child")
    run.start(room.folder / "parquet", "--output", "jsonl", "--output", "parquet")
    summary = run.end()
    expect(run.ready.exists(), "no child was killed")
    expect(run.failed_with("ExceptionFailure", "ChildFailed"), "no task failed of it")
    wanted = room.one_process((room.folder / "parquet.jsonl").read_bytes())
    run.has_whole(wanted)
    table = pq.read_table(run.out / "parquet").sort_by("line")
    expect(table.column("line").to_pylist() == list(range(1, POSTS + 1)), "lines of OUT/parquet are not 1, 2, 3…")
    expect(table.column("answer").to_pylist() == wanted.decode().splitlines(), "OUT/parquet has other answers")
    expect(table.column("row").to_pylist() == [*range(30), *range(POSTS - 30)], "rows of OUT/parquet")
    return f"{summary['records']} answers, one task tried again"


def check_executor(room: Room) -> str:
    """WebDataset shards; an executor is killed in the middle of one. Another does its tasks."""
    make_shards(room.folder / "shards")
    run = Run(room, "check-executor", "executor")
    run.start(room.folder / "shards")
    wait_for(lambda: run.ready.exists() or run.process.poll() is not None, "no child came to its middle")
    os.kill(java_above(int(run.ready.read_text())), signal.SIGKILL)
    summary = run.end()
    expect(run.failed_with("ExecutorLostFailure"), "Spark lost no executor")
    wanted, lines = b"", 0
    for shard in sorted((room.folder / "shards").iterdir()):
        wanted += room.one_process(shard.read_bytes(), "--first-line", str(lines + 1))
        lines = wanted.count(b"\n")
    run.has_whole(wanted)
    return f"{summary['records']} answers, one executor killed"


def check_power(room: Room) -> str:
    """The driver and all its processes are killed while tasks run. The same command then does the whole."""
    run = Run(room, "check-power", "hold")
    predict = ("--pictures", str(room.pictures))
    run.start(room.lines, predict=predict)
    wait_for(lambda: run.ready.exists() and any(run.out.glob("unordered/_temporary/*/task_*")), "no task was committed")
    run.kill()
    expect(not run.answers(), "there are answers of a run that was killed")
    expect((run.out / "unordered" / "_temporary").exists(), "nothing was left half written")
    run.start(room.lines, predict=predict)
    summary = run.end()
    run.has_whole(room.answers_to_lines)
    shutil.rmtree(run.out / "jsonl")
    run.master = "local[2]"
    run.start(room.lines, predict=predict)
    again = run.end()
    run.has_whole(room.answers_to_lines)
    return f"{summary['tasks']} tasks after the end of the power, {again['tasks']} after the loss of the output"


def check_lost(room: Room) -> str:
    """The committed output of a task vanishes before its job is committed, and later the files of a shuffle. The first
    is found by counting, the second by Spark."""
    run = Run(room, "check-lost", "hold")
    run.start(room.lines, predict=("--pictures", str(room.pictures)))
    committed = functools.partial(run.out.glob, "unordered/_temporary/*/task_*/*.parquet")
    wait_for(lambda: run.ready.exists() and any(committed()), "no task was committed")
    next(committed()).unlink()
    run.go.touch()
    taken = take_shuffle(run)
    summary = run.end()
    expect("answering again" in run.stderr(), "the loss of a task's output was not noticed")
    expect(bool(taken), "no file of a shuffle was there to take away")
    expect(run.failed_with("FetchFailed"), "Spark missed no file of a shuffle")
    run.has_whole(room.answers_to_lines)
    return f"{summary['records']} answers, one task's output and {len(taken)} files of a shuffle lost"


def take_shuffle(run: Run) -> list[Path]:
    """Starts to take away the first files of a shuffle that there are; gives the list of those that are gone."""
    taken: list[Path] = []

    def watch() -> None:
        while run.process.poll() is None and not taken:
            for path in (run.folder / "local").glob("*/*/blockmgr-*/*/shuffle_*.data"):
                path.unlink(missing_ok=True)
                taken.append(path)
            time.sleep(0.002)

    threading.Thread(target=watch, daemon=True).start()
    return taken


def check_hopeless(room: Room) -> str:
    """A child that never answers: the run fails, says what the child told, and commits nothing."""
    run = Run(room, "check-hopeless", "always", master="local[1,2]")
    run.start(room.lines, predict=("--pictures", str(room.pictures)))
    run.end(status=1)
    expect("the stand-in never answers" in run.stderr(), f"the child's words are missing:\n{run.stderr()[-3000:]}")
    expect(not list(run.out.glob("*/part-*.parquet")) and not run.answers(), "something was committed")
    return "nothing committed"


CHECKS: dict[str, Callable[[Room], str]] = {
    name.removeprefix("check_"): value for name, value in list(globals().items()) if name.startswith("check_")}


def check(room: Room, names: list[str]) -> int:
    failures = 0
    for name in names:
        begun = time.monotonic()
        try:
            said = CHECKS[name](room)
        except Failed as failed:
            failures += 1
            said = f"FAILED: {failed}"
        print(f"{name}: {said} ({time.monotonic() - begun:.0f} s)", flush=True)
    return 1 if failures else 0


# Speed


@dataclass
class Speed:
    """What one way to answer took; seconds are of the clock."""

    name: str
    workers: int
    all: float
    predict: float
    order: float | None = None
    first_answer: float = 0

    def row(self, posts: int, first: Speed, modelled: float | None) -> str:
        order = f"{self.order:.1f}" if self.order is not None else ""
        model = f"{modelled:.1f}" if modelled is not None else ""
        return (
            f"| {self.name} | {self.all:.1f} | {self.predict:.1f} | {model} | {order} | {posts / self.predict:.0f} | "
            f"{first.predict / self.predict:.2f} |")


def make_corpus(folder: Path, count: int, files: int) -> list[bytes]:
    """So many posts of the sample over and over, three of four with their picture, in so many equal files."""
    folder.mkdir()
    chosen = posts("test", 300)
    lines = []
    for number in range(count):
        post = chosen[number % len(chosen)]
        form = {"image_base64": base64.b64encode(picture(post)).decode()} if number % 4 else {}
        lines.append(line_of(text_of(post) | {"id": str(number)} | form))
    parts = [b"".join(lines[count * n // files : count * (n + 1) // files]) for n in range(files)]
    for number, part in enumerate(parts):
        (folder / f"{number:02}.jsonl").write_bytes(part)
    return parts


def in_one_process(room: Room, data: bytes, threads: int) -> Speed:
    begun = time.monotonic()
    os.environ["TWINLENS_THREADS"] = str(threads)
    room.one_process(data)
    seconds = time.monotonic() - begun
    return Speed(f"one process, {threads} thread{'s'[:threads - 1]}", 1, seconds, seconds)


def on_spark(room: Room, workers: int, wanted: bytes) -> Speed:
    shutil.rmtree(room.folder / "measured", ignore_errors=True)
    run = Run(room, "measured", master=f"local-cluster[{workers},1,1024]")
    begun = time.monotonic()
    # A task for each file: the split is larger than they are, and none is put together with another.
    run.start(
        room.folder / "corpus", "--conf", "spark.sql.files.maxPartitionBytes=64m", "--conf",
        "spark.sql.files.openCostInBytes=64m", "--conf", "spark.eventLog.enabled=false")
    summary = run.end()
    seconds = time.monotonic() - begun
    run.has_whole(wanted)
    return Speed(
        f"Spark, {workers} worker{'s' if workers > 1 else ''} of 1 core", workers, seconds, summary["predict_seconds"], summary["order_seconds"],
        summary["first_answer_seconds"])


@dataclass
class Model:
    """How long a corpus takes, in seconds: start + ceil(tasks / workers) (task + posts / tasks * post)
    + posts / workers * order. docs/cluster.md says what is assumed."""

    post: float
    task: float
    start: float = 0
    order: float = 0

    def answering(self, posts: int, tasks: int, workers: int) -> float:
        return -(-tasks // workers) * (self.task + posts / tasks * self.post)

    def all(self, posts: int, tasks: int, workers: int) -> float:
        return self.start + self.answering(posts, tasks, workers) + posts / workers * self.order


def print_on_paper(name: str, model: Model, bytes_of_post: float) -> None:
    """A table of a large corpus by the model; nothing in it was measured."""
    posts, tasks = 10_000_000, 2000
    print(
        f"{name}, on paper: {posts:,} posts in {tasks:,} tasks, c = {1000 * model.post:.2f} ms a post, ℓ = "
        f"{model.task:.2f} s\na task, s = {model.start:.0f} s, κ = {1e6 * model.order:.0f} µs an answer, "
        f"{bytes_of_post / 1000:.0f} kB a post.\n")
    print("| workers of 1 core | in all | times one worker | MB/s that the store must give |")
    print("| ---: | ---: | ---: | ---: |")
    one = model.all(posts, tasks, 1)
    for workers in (1, 2, 10, 100, 1000):
        seconds = model.all(posts, tasks, workers)
        rate = posts * bytes_of_post / model.answering(posts, tasks, workers) / 1e6
        print(f"| {workers:,} | {in_words(seconds)} | {one / seconds:.1f} | {rate:.0f} |")
    print()


def in_words(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 5400 else f"{seconds / 60:.1f} min"


def measure(room: Room, count: int, files: int, rounds: int) -> None:
    """Prints a table, and what the model of docs/cluster.md says beside it."""
    data = b"".join(make_corpus(room.folder / "corpus", count, files))
    wanted = room.one_process(data)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    loads, found = [], []
    for _ in range(rounds):
        loads.append(f"{os.getloadavg()[0]:.1f}")
        found.append((
            in_one_process(room, data, 1), in_one_process(room, data, 2), on_spark(room, 1, wanted),
            on_spark(room, 2, wanted)))
    alone, both, single, double = (min(speeds, key=lambda speed: speed.predict) for speeds in zip(*found))
    model = Model((single.predict - files * single.first_answer) / count, single.first_answer)
    print(
        f"{count:,} posts, three of four with a picture ({len(data) / 1e6:.0f} MB), in {files} files and as many\n"
        f"tasks; the best of {rounds} rounds, {os.cpu_count()} cores, loads of {', '.join(loads)} before them.\n"
        f"The program took at most {memory:.0f} MB.\n")
    print("| how | s in all | s answering | s by the model | s ordering | posts/s answering | times one thread |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for speed in (alone, both):
        print(speed.row(count, alone, None))
    for speed in (single, double):
        print(speed.row(count, alone, model.answering(count, files, speed.workers)))
    print(
        f"\nOf the model: u = {files}; from the row of one worker ℓ = {model.task:.2f} s from a child's start to its\n"
        f"first answer, c = {1000 * model.post:.2f} ms a post, of which one process needs "
        f"{1000 * alone.predict / count:.2f} ms.\nTwo workers on these cores took h = "
        f"{double.predict / model.answering(count, files, 2):.2f} times what it says.\n")
    model.start, model.order = single.all - single.predict, 2e-5
    print_on_paper("The sample's models", model, len(data) / count)
    print_on_paper("BERT-base with ResNet-50", Model(0.1, 5 + model.task, model.start, model.order), 1e5)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", metavar="PROGRAM")
    parser.add_argument("checks", metavar="CHECK", nargs="*", help=", ".join(CHECKS))
    parser.add_argument("--measure", action="store_true", help="print a table of speeds instead")
    parser.add_argument("--posts", metavar="N", type=int, default=4000, help="to measure with (default: %(default)s)")
    parser.add_argument("--files", metavar="N", type=int, default=8, help="to measure with (default: %(default)s)")
    parser.add_argument("--rounds", metavar="N", type=int, default=2, help="of all; the best counts (default: 2)")
    arguments = parser.parse_args()
    for name in arguments.checks:
        if name not in CHECKS:
            parser.error(f"no check {name}; there are {', '.join(CHECKS)}")
    with tempfile.TemporaryDirectory(prefix="check-spark-", ignore_cleanup_errors=True) as folder:
        room = Room(str(Path(shutil.which(arguments.program) or arguments.program).resolve()), Path(folder))
        if arguments.measure:
            measure(room, arguments.posts, arguments.files, arguments.rounds)
            return 0
        return check(room, arguments.checks or list(CHECKS))


if __name__ == "__main__":
    sys.exit(main())
