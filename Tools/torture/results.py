"""What campaigns found, as lines of JSON in the tree, and the table of docs/reliability.md made of them.

    {"campaign": "store", "kind": "killed", "runs": 1800, "faults": 0, "seed": 5, "seconds": 900, "commit": "abc"}
    {"campaign": "store", "kind": "torn-log", "found": "what was wrong", "mended": "how, and its test"}

`runs` with `faults` of one commit; `found` tells of a fault once, whatever the number of runs that showed it. The
campaign against stores on a server is "server". Campaigns that are not about stores write the same lines, with a `promise` of their own and, where it was
so, `"sanitizer": "address"`.
"""
import json
import subprocess
import sys

from . import kinds
from .campaign import NUMBERS, PROJECT, Campaign

WHOLE = 10_000
# What lines call a campaign against a kind of store, and the command that runs it.
CAMPAIGNS = {"sqlite": "store", "postgres": "server"}
COMMANDS = {
    "store": "make torture", "server": "make torture STORE=postgres", "guided": "make fuzz-guided"}
FILE = PROJECT / "docs/reliability-results.jsonl"


def commit():
    done = subprocess.run(["git", "-C", PROJECT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def lines(path=FILE):
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def write(state, path, store, tested=None):
    """Adds the counts of a state folder, or replaces those that its campaign has there.

    `tested` is the commit of the program; this checkout's without it.
    """
    from pathlib import Path

    path, log = Path(path), Path(state) / "runs.jsonl"
    records = [json.loads(line) for line in log.read_text().splitlines() if line.strip()]
    base = records[0]["seed"] // NUMBERS
    name = CAMPAIGNS[store]
    kept = [line for line in lines(path) if not ("runs" in line and line["campaign"] == name and line["seed"] == base)]
    latest = {(record["seed"], record["kind"]): record for record in records}.values()
    for kind in kinds.ALL:
        own = [record for record in latest if record["kind"] == kind.kind]
        if own:
            kept.append({
                "campaign": name, "kind": kind.kind, "runs": len(own), "faults": sum(bool(r["faults"]) for r in own),
                "hits": sum(r["hit"] for r in own), "seed": base, "seconds": round(sum(r["seconds"] for r in own)),
                "commit": tested or commit()})
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in kept))


def table():
    """Markdown: promise, test, runs, faults found, mended."""
    titles = {
        (CAMPAIGNS[store], kind.kind):
            f"nothing acknowledged is lost{' on a server' if store == 'postgres' else ''}: {kind.title}"
        for kind in kinds.ALL for store in kind.shares}

    def key_of(line):
        # Campaigns over many targets name them `kind/target`.
        return line["campaign"], line["kind"].split("/")[0]

    all_lines = lines()
    order = list(dict.fromkeys(map(key_of, all_lines)))
    rows = ["| promise | test | runs | runs at fault | faults found | mended |", "| --- | --- | --: | --: | --: | --: |"]
    notes = []
    promises = {key_of(line)[1]: line["promise"] for line in all_lines if "promise" in line}
    for key in order:
        own = [line for line in all_lines if key_of(line) == key]
        counts = [line for line in own if "runs" in line]
        found = [line for line in own if "found" in line]
        title = titles.get(key) or promises.get(key[1], f"{key[0]}: {key[1]}")
        test = f"`{COMMANDS.get(key[0], 'make fuzz')}`, {key[1]}"
        rows.append(
            f"| {title} | {test} | {sum(line['runs'] for line in counts):,} | "
            f"{sum(line['faults'] for line in counts):,} | {len(found)} | {sum('mended' in line for line in found)} |")
        notes += [f"* **{key[1]}**: {line['found']} {line.get('mended', 'Not mended yet.')}" for line in found]
    runs = {name: sum(line["runs"] for line in all_lines if line["campaign"] == name and "runs" in line)
            for name in CAMPAIGNS.values()}
    text = "\n".join(rows) + "\n"
    text += (f"\nRuns against files so far: {runs['store']:,}, where a whole campaign is {WHOLE:,}; against stores on a "
             f"server: {runs['server']:,}.\n")
    text += "\n" + readers([line for line in all_lines if "runs" in line and line["campaign"] not in runs])
    if notes:
        text += "\nWhat was found:\n\n" + "\n".join(notes) + "\n"
    return text


def readers(counts):
    """Markdown: what each reader of what strangers write was given."""
    names = list(dict.fromkeys(line["kind"] for line in counts))
    rows = ["| reader | damaged inputs | of them with the sanitizer | most MB | guided runs | minutes, of 60 |",
            "| --- | --: | --: | --: | --: | --: |"]
    for name in names:
        own = [line for line in counts if line["kind"] == name]
        guided = [line for line in own if line["campaign"] == "guided"]
        damaged = [line for line in own if line["campaign"] != "guided"]
        checked = [line for line in damaged if line.get("sanitizer")]
        total = [f"{sum(line['runs'] for line in lines):,}" for lines in (damaged, checked, guided)]
        total.insert(2, str(max((line.get("megabytes", 0) for line in checked), default=0) or "–"))
        # Lines from before the sanitizer was noted count the clock, not the processor.
        guided = [line for line in guided if line.get("sanitizer")]
        minutes = f"{sum(line['seconds'] for line in guided) / 60:.2f}" if guided else "–"
        rows.append(f"| {name} | {' | '.join(total)} | {minutes} |")
    return "\n".join(rows) + "\n"


# What is put into the program's way, the kinds that must notice, and in how many runs at most.
LIES = [
    ("early", "killed", 60, "an edit is called saved before it is committed"),
    ("nosync", "power-cut", 20, "nothing is synced"),
    ("unwritten", "failing-call", 160, "a write is called done and was not made"),
    ("forged", "killed", 40, "a step gets another label, with a checksum that fits"),
    ("blind", "torn-log", 40, "nobody knows that there were steps in a log that was cut"),
]


def self_test(torture: Campaign):
    """Shows that the campaign can fail; the exit status."""
    status = 0
    for lie, name, most, words in LIES:
        kind = next(kind for kind in kinds.ALL if kind.kind == name)
        if not kind.shares[torture.store]:
            continue
        for n in range(most):
            if torture.run(77 * NUMBERS + n, (lie,), kind)["faults"]:
                print(f"found after {n + 1} runs of {name}: {words}")
                break
        else:
            print(f"NOT FOUND in {most} runs of {name}: {words}", file=sys.stderr)
            status = 1
    return status
