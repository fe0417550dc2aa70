#!/usr/bin/env python3
"""Answers a corpus with `twinlens predict -` on Apache Spark.

    Scripts/spark-predict INPUT OUT --models DIR [OPTION...] [-- OPTION OF PREDICT...]

INPUT is a file, a folder or a glob of JSON Lines, Parquet files or WebDataset shards (.tar), OUT a folder that becomes

    OUT/jsonl/part-*      one answer a line, in the input's order: files by the bytes of their paths
    OUT/parquet/          the same with `line` (from 1, in the whole input), `file`, `row` (from 0, in its file)
                          and `error`, whether the answer is an error record

Joined, the parts of OUT/jsonl are to the byte what one `twinlens predict -` writes for the joined files.
docs/cluster.md tells how this runs on a cluster and what happens when a part of it fails.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark import SparkContext, cloudpickle
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, DataFrameReader, Observation, SparkSession
from pyspark.sql import functions as F

import spark_stream
from spark_stream import ANSWERS_IN_SPARK, FIELDS, SHIPPED_MODELS, Command, Counts
from spark_stream import TextLines, answer_records, answer_shards, parquet_lines

ENDINGS = {
    "jsonl": (".jsonl", ".jsonl.gz", ".jsonl.bz2", ".jsonl.zst"), "parquet": (".parquet",), "webdataset": (".tar",)}
OUTPUTS = ("jsonl", "parquet")
PLAN = "plan.json"


class Refused(Exception):
    """What the user has to change; said without a traceback."""


@dataclass
class Options:
    """The command line."""

    input: str
    out: str
    models: str
    program: str
    kind: str | None
    outputs: list[str]
    master: str | None
    cores: int
    batch: int
    split: int
    conf: list[str]
    ship_models: bool
    ship_program: bool
    overwrite: bool
    json: bool
    predict: list[str] = field(default_factory=list)

    @staticmethod
    def parsed(words: list[str]) -> Options:
        end = words.index("--") if "--" in words else len(words)
        own, predict = words[:end], words[end + 1 :]
        parser = argparse.ArgumentParser(
            prog="spark-predict", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
        add = parser.add_argument
        add("input", metavar="INPUT", help="a file, a folder or a glob")
        add("out", metavar="OUT", help="a folder that is new, or that a run with the same arguments began")
        add("--models", metavar="DIR", required=True,
            help="the folder of model folders, at this path on every worker")
        add("--program", metavar="FILE", default="twinlens",
            help="the program, at this path on every worker (default: %(default)s)")
        add("--ship-models", action="store_true", help="send the folder from here to the workers, once each")
        add("--ship-program", action="store_true", help="send the program from here to the workers, once each")
        add("--input-format", dest="kind", choices=sorted(ENDINGS), help="without it what the files' names end in")
        add("--output", metavar="NAME", dest="outputs", action="append", choices=OUTPUTS,
            help="jsonl or parquet; twice for both (default: jsonl)")
        add("--master", metavar="URL",
            help="the cluster; without it spark-submit's, else all cores of this machine")
        add("--cores", metavar="N", type=positive, default=1,
            help="cores, and threads of the program, for each task (default: %(default)s)")
        add("--batch", metavar="N", type=positive, default=64,
            help="records that go to Python at once (default: %(default)s)")
        add("--split", metavar="MB", type=positive, default=16,
            help="how much of JSON Lines or Parquet is a task (default: %(default)s)")
        add("--conf", metavar="KEY=VALUE", action="append", default=[],
            help="a setting of Spark; several times for more")
        add("--overwrite", action="store_true", help="replace what another run left in OUT")
        add("--json", action="store_true", help="print the summary as JSON")
        options = Options(**vars(parser.parse_args(own)), predict=predict)
        options.outputs = options.outputs or ["jsonl"]
        for word in predict:
            if word.split("=")[0] in ("--resume", "--first-line", "--models"):
                raise Refused(f"{word.split('=')[0]} after -- is set by spark-predict itself")
        options.models, options.program = here(options.models), here(options.program)
        for setting in options.conf:
            if "=" not in setting:
                raise Refused(f"--conf {setting}: give KEY=VALUE")
        options.require_what_is_local()
        return options

    def require_what_is_local(self) -> None:
        """Refuses what is not there before Spark starts, as far as this machine can tell."""
        if (self.master or "local").startswith("local") and "PYSPARK_GATEWAY_PORT" not in os.environ:
            if not shutil.which(self.program):
                raise Refused(f"{self.program}: no such program; name it with --program")
            if not os.path.isdir(self.models):
                raise Refused(f"{self.models}: no such folder of models; name it with --models")
        is_pattern = any(mark in self.input for mark in "*?[{")
        if not is_pattern and "://" not in self.input and not os.path.exists(self.input) and self.has_local_files():
            raise Refused(f"{self.input}: not there")

    def has_local_files(self) -> bool:
        """Whether paths without a scheme are surely of this machine."""
        named = any(setting.startswith("spark.hadoop.fs.default") for setting in self.conf)
        return not named and "HADOOP_CONF_DIR" not in os.environ and "PYSPARK_GATEWAY_PORT" not in os.environ


def here(path: str) -> str:
    """What is on this machine by its whole path, since workers run in folders of their own."""
    return os.path.abspath(path) if os.path.exists(path) else path


def positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1")
    return int(text)


def session(options: Options, scratch: str) -> SparkSession:
    """Spark with the settings that the stream wants; those of --conf come last and win."""
    builder = SparkSession.builder.appName(f"twinlens predict {options.input}")
    settings = {
        "spark.task.cpus": str(options.cores),
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(options.batch),
        # Pictures are large: 4,096 rows of them would fill the memory of an executor.
        "spark.sql.parquet.columnarReaderBatchSize": str(options.batch),
        "spark.sql.files.maxPartitionBytes": f"{options.split}m",
        "spark.ui.showConsoleProgress": "false",
    }
    if "PYSPARK_GATEWAY_PORT" not in os.environ:  # not under spark-submit
        master = options.master or "local[*,4]"  # 4 tries, as a cluster has
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        settings["spark.master"] = master
        if master.startswith("local"):
            # Everything of a cluster on one machine stays on it.
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
            os.environ.setdefault("SPARK_WORKER_DIR", os.path.join(scratch, "work"))
            settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    elif options.master:
        raise Refused("--master is spark-submit's to give")
    settings |= dict(setting.split("=", 1) for setting in options.conf)
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


class Storage:
    """Folders of the file system that OUT is on, through Spark's own Hadoop client."""

    def __init__(self, spark: SparkSession, root: str) -> None:
        self.root = root.rstrip("/")
        self.jvm: Any = getattr(spark, "_jvm")
        self.path: Any = self.jvm.org.apache.hadoop.fs.Path
        self.system = self.path(self.root).getFileSystem(spark._jsc.hadoopConfiguration())

    def at(self, name: str) -> str:
        return f"{self.root}/{name}"

    def names(self) -> list[str]:
        if not self.system.exists(self.path(self.root)):
            return []
        return [status.getPath().getName() for status in self.system.listStatus(self.path(self.root))]

    def committed(self, name: str) -> bool:
        """Whether a job of Spark finished this folder."""
        return bool(self.system.exists(self.path(self.at(name + "/_SUCCESS"))))

    def read(self, name: str) -> str:
        """A small file; empty where it is not there."""
        if not self.system.exists(self.path(self.at(name))):
            return ""
        stream = self.system.open(self.path(self.at(name)))
        try:
            return str(self.jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8"))
        finally:
            stream.close()

    def write(self, name: str, text: str) -> None:
        """Writes a small file whole: it gets its name when it is there."""
        part = self.path(self.at(name + ".part"))
        stream = self.system.create(part, True)
        stream.write(bytearray(text, "utf-8"))
        stream.close()
        self.remove(name)
        self.system.rename(part, self.path(self.at(name)))

    def remove(self, name: str) -> None:
        self.system.delete(self.path(self.at(name)), True)


@dataclass(frozen=True)
class InputFile:
    """A file as it was when the run began. `uri` is its path as Spark names it beside a record, with escapes."""

    path: str
    uri: str
    bytes: int
    time: str


def reader(spark: SparkSession, options: Options, kinds: list[str]) -> DataFrameReader:
    """What reads INPUT. A folder may hold other things; what is named by itself or by a glob is meant."""
    endings = [ending for kind in kinds for ending in ENDINGS[kind]]
    if any(mark in options.input for mark in "*?[{") or options.input.endswith(tuple(endings)):
        return spark.read
    return spark.read.option("pathGlobFilter", "*{" + ",".join(endings) + "}")


def listed(spark: SparkSession, options: Options) -> tuple[str, list[InputFile]]:
    """The kind of the input, and its files in order."""
    kinds = [options.kind] if options.kind else list(ENDINGS)
    table = reader(spark, options, kinds).format("binaryFile").load(options.input)
    rows = table.select("path", "_metadata.file_path", "length", F.col("modificationTime").cast("string")).collect()
    files = sorted((InputFile(*row) for row in rows), key=lambda file: file.path.encode())
    if not files:
        raise Refused(f"{options.input}: no file there ends in {', '.join(sum((ENDINGS[kind] for kind in kinds), ()))}")
    if options.kind:
        return options.kind, files
    present = [kind for kind in kinds if any(file.path.endswith(ENDINGS[kind]) for file in files)]
    if len(present) != 1 or not all(file.path.endswith(ENDINGS[present[0]]) for file in files):
        what = " and ".join(present) or "files of unknown kind"
        raise Refused(f"{options.input}: {what}; choose with --input-format")
    return present[0], files


def records(spark: SparkSession, options: Options, kind: str, files: list[InputFile]) -> DataFrame:
    """The input as Spark reads it: its own readers for lines and Parquet, the names alone of shards."""
    if kind == "webdataset":
        rows = spark.sparkContext.parallelize([(file.uri,) for file in files], len(files))
        return spark.createDataFrame(rows, "file string")
    source = reader(spark, options, [kind])
    if kind == "jsonl":
        # Only LF ends a line, as for the program, and bytes stay what they are.
        return source.option("lineSep", "\n").text(options.input).select(
            F.col("_metadata.file_path").alias("file"), F.col("_metadata.file_block_start").alias("block"),
            F.col("value").cast("binary").alias("record"))
    table = source.parquet(options.input)
    if "tokens" not in table.columns:
        raise Refused(f"{options.input}: no column tokens; there are {', '.join(table.columns)}")
    return table.select(
        F.col("_metadata.file_path").alias("file"), F.col("_metadata.row_index").alias("row"),
        *[name for name in FIELDS if name in table.columns])


def predicted(frame: DataFrame, kind: str, command: Command, counts: Counts) -> DataFrame:
    """Raw answers, one for each record, of the tasks' children."""

    def answer(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        if kind == "webdataset":
            return answer_shards(batches, command, counts)
        return answer_records(batches, TextLines() if kind == "jsonl" else parquet_lines, command, counts)

    return frame.mapInArrow(answer, ANSWERS_IN_SPARK)


def numbered(spark: SparkSession, raw: DataFrame, expected: int) -> DataFrame:
    """The answers with their lines in the whole input. Raises `Lost` unless each of the `expected` is there once."""
    cuts = raw.groupBy("file", "block").agg(F.count("*").alias("count"), F.max("row").alias("last")).collect()
    cuts.sort(key=lambda cut: (unquote(cut["file"]).encode(), cut["block"]))
    bases, total, of_file, file = [], 0, 0, None
    for cut in cuts:
        if cut["last"] + 1 != cut["count"]:
            raise Lost(f"{cut['file']}: {cut['count']} answers where the last is number {cut['last'] + 1}")
        if cut["file"] != file:
            file, of_file = cut["file"], 0
        bases.append((cut["file"], cut["block"], total, of_file))
        total += cut["count"]
        of_file += cut["count"]
    if total != expected:
        raise Lost(f"{total} answers are there, {expected} were written")
    base = spark.createDataFrame(bases, "file string, block bigint, before bigint, before_in_file bigint")
    line = F.col("before") + F.col("row") + 1
    # Children count lines from their task's first. Inside a JSON text the quotes would be escaped: this is the key.
    said = F.col("answer").cast("string")
    right = F.regexp_replace(said, F.lit('"line":[0-9]+'), F.concat(F.lit('"line":'), line.cast("string")))
    return raw.join(F.broadcast(base), ["file", "block"]).select(
        line.alias("line"), "file", (F.col("before_in_file") + F.col("row")).alias("row"), "error",
        F.when(F.col("error"), right).otherwise(said).alias("answer"))


class Lost(Exception):
    """Committed answers that are no longer there."""


class Progress:
    """Says on standard error how far the tasks of a job group are, and how long it may still take."""

    def __init__(self, context: SparkContext, group: str, what: str, counts: Counts) -> None:
        self.context, self.group, self.what, self.counts = context, group, what, counts
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Progress:
        self.context.setJobGroup(self.group, self.what)
        self.begun = time.monotonic()
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.monotonic() - self.begun
        self.ended.set()
        self.thread.join()

    def _run(self) -> None:
        terminal = sys.stderr.isatty()
        while not self.ended.wait(1 if terminal else 10):
            line = f"spark-predict: {self.what}: {self._state()}"
            print(f"\r\033[K{line}" if terminal else line, end="" if terminal else "\n", file=sys.stderr, flush=True)
        if terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def _state(self) -> str:
        done = total = 0
        tracker = self.context.statusTracker()
        for job in tracker.getJobIdsForGroup(self.group):
            stages = getattr(tracker.getJobInfo(job), "stageIds", [])
            for info in filter(None, (tracker.getStageInfo(stage) for stage in stages)):
                done, total = done + info.numCompletedTasks, total + info.numTasks
        elapsed = time.monotonic() - self.begun
        left = f"{duration(elapsed * (total - done) / done)} left" if done else "time left not known yet"
        records, errors = self.counts.records.value, self.counts.errors.value
        return f"{done} of {total} tasks, {records} records, {errors} errors, {left}"


def duration(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600} h {whole % 3600 // 60} min" if whole >= 3600 else f"{whole // 60} min {whole % 60} s"


@dataclass
class Summary:
    """What a run came to; seconds are of the clock."""

    records: int
    errors: int
    tasks: int
    start_seconds: float
    predict_seconds: float
    order_seconds: float
    first_answer_seconds: float | None
    out: str

    def text(self) -> str:
        speed = f", {self.records / self.predict_seconds:.0f} records/s" if self.predict_seconds else ""
        return (
            f"{self.records} records, {self.errors} of them error records, in {self.out}. Spark started in "
            f"{self.start_seconds:.1f} s, {self.tasks} tasks answered in {self.predict_seconds:.1f} s{speed}, the "
            f"answers were put in order in {self.order_seconds:.1f} s.")


def fingerprint(options: Options, kind: str, files: list[InputFile]) -> str:
    """What the answers depend on, as far as it can be seen from here."""
    used = [options.program] if os.path.isfile(options.program) else []
    for folder, _, names in os.walk(options.models, followlinks=True):
        used += [os.path.join(folder, name) for name in names]
    states = [(path, os.path.getsize(path), os.stat(path).st_mtime_ns) for path in sorted(used)]
    inputs = [asdict(file) for file in files]
    parts = [kind, inputs, states, options.models, options.program, options.predict]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def ship(spark: SparkSession, options: Options, scratch: str) -> None:
    """Hands the models and the program to Spark, which brings them to each worker before its first task."""
    if options.ship_models:
        if not os.path.isdir(options.models):
            raise Refused(f"{options.models}: no folder of models here that could be shipped")
        archive = os.path.join(scratch, SHIPPED_MODELS + ".tar")
        with tarfile.open(archive, "w", dereference=True) as tar:
            for name in sorted(os.listdir(options.models)):
                tar.add(os.path.join(options.models, name), arcname=name)
        spark.sparkContext.addArchive(f"{archive}#{SHIPPED_MODELS}")
    if options.ship_program:
        if not os.path.isfile(options.program):
            raise Refused(f"{options.program}: no program here that could be shipped")
        spark.sparkContext.addFile(options.program)


class Run:
    """From the input to OUT. Each folder of OUT is written by one job and is there in full or not committed; the same
    command goes on after what was committed."""

    def __init__(self, spark: SparkSession, options: Options, scratch: str) -> None:
        self.spark, self.options, self.scratch = spark, options, scratch
        self.context = spark.sparkContext
        self.counts = Counts.of(self.context)
        self.storage = Storage(spark, options.out)
        self.kind, self.files = listed(spark, options)
        self.plan = fingerprint(options, self.kind, self.files)
        self.tasks = 0
        self.predict_seconds = 0.0

    def planned(self) -> dict[str, Any]:
        """What the run that OUT belongs to noted; empty where none did."""
        return dict(json.loads(self.storage.read(PLAN) or "{}"))

    def note(self, **more: Any) -> None:
        self.storage.write(PLAN, json.dumps({"plan": self.plan, **more}) + "\n")

    def prepare(self) -> dict[str, Any]:
        """Makes room in OUT: removes what a run left half, and refuses what is not a run's."""
        present = set(self.storage.names())
        own = {PLAN, PLAN + ".part", "unordered", *OUTPUTS}
        if present and (not present & {PLAN, PLAN + ".part"} or present - own):
            strange = ", ".join(sorted(present - own) or sorted(present))
            raise Refused(f"{self.options.out}: holds {strange}, which no run of spark-predict wrote")
        planned = self.planned()
        if planned.get("plan") == self.plan:
            return planned
        if any(self.storage.committed(name) for name in OUTPUTS) and planned and not self.options.overwrite:
            raise Refused(f"{self.options.out}: holds another run's answers; choose another folder or --overwrite")
        for name in sorted(own & present):
            self.storage.remove(name)
        self.note()
        return {}

    def predict(self) -> dict[str, Any]:
        """The raw answers as OUT/unordered; gives what was noted of them."""
        options = self.options
        ship(self.spark, options, self.scratch)
        command = Command(
            options.program, options.models, tuple(options.predict), options.ship_program, options.ship_models)
        frame = records(self.spark, options, self.kind, self.files)
        self.tasks = frame.rdd.getNumPartitions()
        seen = Observation("answers")
        errors = F.coalesce(F.sum(F.col("error").cast("bigint")), F.lit(0))
        answers = predicted(frame, self.kind, command, self.counts).observe(
            seen, F.count("*").alias("records"), errors.alias("errors"))
        what = f"answering {len(self.files)} files of {self.kind}"
        with Progress(self.context, "predict", what, self.counts) as progress:
            answers.write.mode("overwrite").parquet(self.storage.at("unordered"))
        self.predict_seconds += progress.seconds
        found = dict(seen.get)
        self.note(**found)
        return found

    def write(self, found: dict[str, Any]) -> None:
        """Puts the answers in order, once for each kind of output, and counts what is there."""
        raw = self.spark.read.schema(ANSWERS_IN_SPARK).parquet(self.storage.at("unordered"))
        what = f"putting {found['records']} answers in order, {found['errors']} of them error records"
        with Progress(self.context, "order", what, self.counts):
            answers = numbered(self.spark, raw, found["records"]).orderBy("line")
            for name in self.options.outputs:
                place = self.storage.at(name)
                if self.storage.committed(name):
                    continue
                if name == "jsonl":
                    answers.select("answer").write.mode("overwrite").text(place)
                    there = self.spark.read.option("lineSep", "\n").text(place).count()
                else:
                    answers.write.mode("overwrite").parquet(place)
                    there = self.spark.read.parquet(place).count()
                if there != found["records"]:
                    self.storage.remove(name)
                    raise Lost(f"{place}: {there} answers are there, {found['records']} were written")

    def all(self, start_seconds: float) -> Summary:
        found = self.prepare()
        begun = time.monotonic()
        for attempt in (1, 2):
            if all(self.storage.committed(name) for name in self.options.outputs) and found:
                break
            try:
                if "records" not in found or not self.storage.committed("unordered"):
                    found = self.predict()
                self.write(found)
            except Lost as lost:
                # A file that vanished between its commit and its use; what it held is answered again.
                if attempt == 2:
                    raise Refused(f"{lost}; twice: is something else writing to {self.options.out}?") from lost
                print(f"spark-predict: {lost}; answering again", file=sys.stderr)
                self.storage.remove("unordered")
                found = {}
        self.storage.remove("unordered")
        children, waited = self.counts.children.value, self.counts.first_answer.value
        return Summary(
            found["records"], found["errors"], self.tasks, start_seconds, self.predict_seconds,
            time.monotonic() - begun - self.predict_seconds, waited / children if children else None,
            self.options.out)


def reason(told: str) -> str:
    """What a child said, or which file cannot be read, out of Spark's account; else how that account begins: all of
    it is in Spark's own log."""
    child = re.search(r"ChildFailed: (.*?)\s*(?:\n\s+at |\n\n|SQLSTATE|$(?!\n))", told, re.S)
    if child:
        return f"a task failed too often. The last time: {child.group(1)}"
    unread = re.search(r"while reading file (\S+?)\.?\s", told) or re.search(r"(\S+) is not a Parquet file", told)
    if unread:
        return f"{unread.group(1)}: Spark cannot read it; copy it again, or leave it out"
    return " ".join(line.strip() for line in told.strip().splitlines()[:2])


def main(words: list[str]) -> int:
    begun = time.monotonic()
    # Workers need no copy of that file: its functions travel with the tasks.
    cloudpickle.register_pickle_by_value(spark_stream)  # type: ignore[no-untyped-call]
    try:
        options = Options.parsed(words)
        with tempfile.TemporaryDirectory(prefix="twinlens-spark-", ignore_cleanup_errors=True) as scratch:
            spark = session(options, scratch)
            try:
                summary = Run(spark, options, scratch).all(time.monotonic() - begun)
            finally:
                spark.stop()
    except Refused as refused:
        print(f"spark-predict: {refused}", file=sys.stderr)
        return 1
    except (Py4JError, PySparkException) as error:
        print(f"spark-predict: {reason(str(error))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("spark-predict: interrupted; the same command goes on after what was committed", file=sys.stderr)
        return 130
    print(json.dumps(asdict(summary), sort_keys=True) if options.json else summary.text())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
