"""What the tasks of spark-predict.py do on the workers: records in, through one `twinlens predict -`, answers out."""
from __future__ import annotations

import base64
import fcntl
import json
import os
import queue
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Callable
from urllib.parse import unquote, urlparse

import pyarrow as pa
from pyspark import Accumulator, SparkContext, SparkFiles, TaskContext

# What `predict -` reads of a record; other columns of Parquet files are not even fetched.
FIELDS = ("id", "tokens", "image", "image_base64", "relations")
# `block` is where Spark cut a text file, in bytes, and 0 in other files; `row` counts from there.
ANSWERS = pa.schema([
    ("file", pa.string()), ("block", pa.int64()), ("row", pa.int64()), ("error", pa.bool_()), ("answer", pa.binary())])
ANSWERS_IN_SPARK = "file string, block bigint, row bigint, error boolean, answer binary"
ANSWERS_AT_ONCE = 256
BYTES_AT_ONCE = 8 << 20
PIPE_BYTES = 1 << 20
STDERR_TAIL = 4000
SHIPPED_MODELS = "twinlens-models"
Position = tuple[str, int, int]


@dataclass(frozen=True)
class Command:
    """How a worker starts its `twinlens predict -`."""

    program: str
    models: str
    options: tuple[str, ...]
    program_is_shipped: bool
    models_are_shipped: bool

    def words(self) -> list[str]:
        """The command line on this worker: what was shipped lies where Spark put it."""
        program = SparkFiles.get(os.path.basename(self.program)) if self.program_is_shipped else self.program
        models = SparkFiles.get(SHIPPED_MODELS) if self.models_are_shipped else self.models
        return [program, "predict", "-", "--models", models, *self.options]


class ChildFailed(RuntimeError):
    """A child that did not answer all it was given; Spark shows this in its pages and tries the task again."""


class Child:
    """A `twinlens predict -` of one task. Its standard output is emptied by a thread of its own, so that neither side
    can wait for the other; its standard error goes to a file, whose end is told when it fails."""

    def __init__(self, words: list[str], threads: int) -> None:
        self.words = words
        self.told: IO[bytes] = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.told,
            env={**os.environ, "TWINLENS_THREADS": str(threads)})
        assert self.process.stdin is not None and self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        try:
            fcntl.fcntl(self.stdin, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        except OSError:
            pass  # The system allows no larger pipe; the usual one does as well, more slowly.
        self.said: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self.stdout:
            self.said.put(line)
        self.said.put(None)

    def write(self, data: bytes | bytearray) -> None:
        """Waits until the child has taken it; raises when the child is gone."""
        try:
            self.stdin.write(data)
            self.stdin.flush()
        except BrokenPipeError:
            self.fail("it stopped reading")

    def ready(self) -> Iterator[bytes]:
        """The answers that are there now, each without its line feed."""
        while True:
            try:
                line = self.said.get_nowait()
            except queue.Empty:
                return
            if line is None:
                self.fail("it ended before its input did")
            else:
                yield self.whole(line)

    def rest(self) -> Iterator[bytes]:
        """Ends the child's input and gives the answers to come; raises unless the child ends well."""
        try:
            self.stdin.close()
        except BrokenPipeError:
            self.fail("it stopped reading")
        while (line := self.said.get()) is not None:
            yield self.whole(line)
        if self.process.wait() != 0:
            self.fail("it did not end well")

    def whole(self, line: bytes) -> bytes:
        if not line.endswith(b"\n"):
            self.fail("its last line is cut")
        return line[:-1]

    def fail(self, what: str) -> None:
        """Raises with the status and the last of what the child told."""
        try:
            status = self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.told.seek(max(0, self.told.seek(0, os.SEEK_END) - STDERR_TAIL))
        tail = self.told.read().decode("utf-8", "replace").strip() or "nothing"
        raise ChildFailed(f"{' '.join(self.words)}: {what} (status {status}). It told:\n{tail}")

    def stop(self) -> None:
        """Leaves no process behind, whatever happened."""
        self.process.kill()
        self.process.wait()
        self.told.close()


@dataclass
class Counts:
    """Spark's accumulators: what the tasks add, and the driver sees when a task has ended."""

    records: Accumulator[int]
    errors: Accumulator[int]
    children: Accumulator[int]
    first_answer: Accumulator[float]

    @staticmethod
    def of(context: SparkContext) -> Counts:
        return Counts(context.accumulator(0), context.accumulator(0), context.accumulator(0), context.accumulator(0.0))


class Answers:
    """Answers beside the positions of their records, in batches as Spark takes them."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.waiting: deque[Position] = deque()
        self.rows: list[tuple[str, int, int, bool, bytes]] = []
        self.bytes = 0
        self.begun = time.monotonic()
        self.answered = False

    def take(self, position: Position, answer: bytes) -> None:
        if not self.answered:
            self.answered = True
            self.counts.children.add(1)
            self.counts.first_answer.add(time.monotonic() - self.begun)
        error = answer.startswith(b'{"error":')
        self.counts.records.add(1)
        self.counts.errors.add(int(error))
        self.rows.append((*position, error, answer))
        self.bytes += len(answer)

    def full(self) -> Iterator[pa.RecordBatch]:
        """A batch of what was taken, when that is enough for one: answers with signals are large."""
        if len(self.rows) >= ANSWERS_AT_ONCE or self.bytes >= BYTES_AT_ONCE:
            yield from self.rest()

    def rest(self) -> Iterator[pa.RecordBatch]:
        """A batch of what was taken, if anything was."""
        if self.rows:
            columns = [pa.array(column, type=kind.type) for column, kind in zip(zip(*self.rows), ANSWERS)]
            self.rows, self.bytes = [], 0
            yield pa.RecordBatch.from_arrays(columns, schema=ANSWERS)


def threads_of_task() -> int:
    task = TaskContext.get()
    return task.cpus() if task is not None else 1


def answer_records(
    batches: Iterable[pa.RecordBatch], lines: Callable[[pa.RecordBatch], Iterator[tuple[Position, bytes]]],
    command: Command, counts: Counts,
) -> Iterator[pa.RecordBatch]:
    """Runs the records of a task through one child. Only this thread touches Spark's batches: it feeds the child, and
    hands on what the listening thread has collected meanwhile."""
    child: Child | None = None
    answers = Answers(counts)
    try:
        for batch in batches:
            if child is None:
                child = Child(command.words(), threads_of_task())
            text = bytearray()
            for position, line in lines(batch):
                answers.waiting.append(position)
                text += line + b"\n"
            child.write(text)
            for answer in child.ready():
                answers.take(next_position(answers.waiting, child), answer)
            yield from answers.full()
        if child is None:
            return  # A task without records needs no models.
        for answer in child.rest():
            answers.take(next_position(answers.waiting, child), answer)
            yield from answers.full()
        if answers.waiting:
            child.fail(f"{len(answers.waiting)} records have no answer")
        yield from answers.rest()
    finally:
        if child is not None:
            child.stop()


def next_position(waiting: deque[Position], child: Child) -> Position:
    if not waiting:
        child.fail("it gave more answers than it had records")
    return waiting.popleft()


def answer_shards(batches: Iterable[pa.RecordBatch], command: Command, counts: Counts) -> Iterator[pa.RecordBatch]:
    """Runs each WebDataset shard through a child of its own, which tells a tar by its first bytes
    and reads it itself."""
    for batch in batches:
        for file in batch.column("file").to_pylist():
            yield from answer_shard(file, command, counts)


def answer_shard(file: str, command: Command, counts: Counts) -> Iterator[pa.RecordBatch]:
    child = Child(command.words(), threads_of_task())
    answers = Answers(counts)
    row = 0
    try:
        with open_shard(file) as shard:
            while data := shard.read(PIPE_BYTES):
                child.write(data)
                for answer in child.ready():
                    answers.take((file, 0, row), answer)
                    row += 1
                yield from answers.full()
        for answer in child.rest():
            answers.take((file, 0, row), answer)
            row += 1
            yield from answers.full()
        yield from answers.rest()
    finally:
        child.stop()


def open_shard(file: str) -> Any:
    """A file of this machine, or of any store that Arrow knows (s3, gs, hdfs), as a stream of bytes."""
    place = urlparse(file)
    if place.scheme in ("", "file"):
        return open(unquote(place.path) if place.scheme else file, "rb")
    from pyarrow import fs

    system, path = fs.FileSystem.from_uri(file.replace("s3a://", "s3://", 1))
    return system.open_input_stream(path)


class TextLines:
    """Lines of text files as Spark cut them: each cut counts its rows from 0."""

    def __init__(self) -> None:
        self.cut: tuple[str, int] | None = None
        self.row = 0

    def __call__(self, batch: pa.RecordBatch) -> Iterator[tuple[Position, bytes]]:
        columns = (batch.column(name).to_pylist() for name in ("file", "block", "record"))
        for file, block, line in zip(*columns):
            if self.cut != (file, block):
                self.cut, self.row = (file, block), 0
            yield (file, block, self.row), line
            self.row += 1


def parquet_lines(batch: pa.RecordBatch) -> Iterator[tuple[Position, bytes]]:
    """Rows of Parquet files as the JSON that `predict -` reads; their number in the file comes from Spark."""
    places = zip(batch.column("file").to_pylist(), batch.column("row").to_pylist())
    records = batch.select([name for name in batch.schema.names if name in FIELDS])
    for (file, row), record in zip(places, plain_rows(records)):
        yield (file, 0, row), json_of(record)


def plain_rows(batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    """The rows as Python values. Text that is no UTF-8 keeps its bytes, so that the program can refuse the record."""
    try:
        yield from batch.to_pylist()
    except UnicodeDecodeError:
        columns = [column.cast(as_bytes(column.type)) for column in batch.columns]
        texts = [column.type != binary.type for column, binary in zip(batch.columns, columns)]
        for row in pa.RecordBatch.from_arrays(columns, names=batch.schema.names).to_pylist():
            yield {name: as_text(value) if text else value for (name, value), text in zip(row.items(), texts)}


def as_bytes(kind: pa.DataType) -> pa.DataType:
    """The same type with bytes in place of text, in texts and lists of texts."""
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pa.binary()
    if pa.types.is_list(kind):
        return pa.list_(as_bytes(kind.value_type))
    return kind


def as_text(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return [as_text(item) for item in value] if isinstance(value, list) else value


def json_of(record: dict[str, Any]) -> bytes:
    """A line without what is null; a picture's bytes as base64."""
    record = {name: value for name, value in record.items() if value is not None}
    if isinstance(record.get("image"), bytes):
        record["image_base64"] = record.pop("image")
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), default=plain)
    return text.encode("utf-8", "surrogateescape")


def plain(value: Any) -> str:
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else str(value)
