"""What is asked of the program, and what its store must then hold: a model of the history that shares no
code with it.

A *core* is what a stored step says, without its time, its name and its hashes:

    ("mentions", post, (start, end), before, after)   before and after: tuples of (start, end, type)
    ("flag", post, is_set)
    ("undo", post, place), ("redo", post, place)      place: of the edit among its annotator's steps, from 0
"""
import dataclasses
import json

TYPES = ["PER", "LOC", "ORG", "MISC"]
POSTS, WORDS = 12, 5


def make_dataset(folder):
    """Posts without labels, so that every label that a store gives was asked for."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "train.jsonl", "w") as file:
        for i in range(POSTS):
            words = [f"w{i}x{j}" for j in range(WORDS)]
            file.write(json.dumps({"id": f"p{i}", "tokens": words, "mentions": []}) + "\n")
    (folder / "dataset.toml").write_text('types = ["PER", "LOC", "ORG", "MISC"]\n')
    return folder


@dataclasses.dataclass
class Edit:
    """One edit: the workbench's commands for it, and the step that they make."""

    commands: list
    core: tuple


def core_of(row, places):
    """The core of a stored row; `places` gives the place of each of its annotator's steps by number."""
    if row.kind == "undo":
        return ("undo", row.post, places.get(row.undoes))
    if row.kind == "redo":
        return ("redo", row.post, places.get(row.redoes))
    payload = json.loads(row.payload)
    if row.kind == "mentions":
        def spans(items):
            return tuple((m["start"], m["end"], m["type"]) for m in items)
        return ("mentions", row.post, tuple(payload["range"]), spans(payload["before"]), spans(payload["after"]))
    if payload.get("what") == "flag":
        return ("flag", row.post, payload["set"])
    return ("other", row.post, row.kind, row.payload)


def cores(rows, annotator):
    """The cores of an annotator's rows, in their order."""
    own = [row for row in rows if row.annotator == annotator]
    places = {row.sequence: place for place, row in enumerate(own)}
    return [core_of(row, places) for row in own]


class Model:
    """The labels that one annotator's steps give to posts that nobody else edits."""

    def __init__(self, posts):
        self.labels = {post: {} for post in posts}
        self.flags = dict.fromkeys(posts, False)
        self.done, self.undone = [], []
        self.count = 0

    def take(self, core):
        place, self.count = self.count, self.count + 1
        if core[0] == "undo":
            entry = self.done.pop()
            assert entry[0] == core[2], (core, entry)
            self.labels[entry[1]], self.flags[entry[1]] = dict(entry[3]), entry[4]
            self.undone.append(entry)
        elif core[0] == "redo":
            entry = self.undone.pop()
            assert entry[0] == core[2], (core, entry)
            self._make(entry[0], entry[2])
        else:
            self.undone.clear()
            self._make(place, core)

    def _make(self, place, core):
        post = core[1]
        self.done.append((place, post, core, dict(self.labels[post]), self.flags[post]))
        if core[0] == "flag":
            self.flags[post] = core[2]
        else:
            for start, _, _ in core[3]:
                del self.labels[post][start]
            for start, _, label in core[4]:
                self.labels[post][start] = label

    def next_edit(self, random):
        """A random edit that changes something, taken up here too."""
        edit = self._choose(random)
        self.take(edit.core)
        return edit

    def _choose(self, random):
        roll = random.random()
        if roll < 0.12 and self.done:
            place, post = self.done[-1][:2]
            return Edit([":undo"], ("undo", post, place))
        if roll < 0.2 and self.undone:
            place, post = self.undone[-1][:2]
            return Edit([":redo"], ("redo", post, place))
        post = random.choice(list(self.labels))
        there = self.labels[post]
        if roll < 0.3:
            is_set = not self.flags[post]
            return Edit([f":goto {post}", ":flag"], ("flag", post, is_set))
        if roll < 0.45 and there:
            start = random.choice(sorted(there))
            span = (start, start + 1)
            return Edit(
                [f":goto {post}", f":clear {span[0]} {span[1]}"],
                ("mentions", post, span, ((*span, there[start]),), ()))
        start = random.randrange(WORDS)
        label = random.choice([t for t in TYPES if t != there.get(start)])
        span = (start, start + 1)
        before = ((*span, there[start]),) if start in there else ()
        return Edit(
            [f":goto {post}", f":span {span[0]} {span[1]} {label}"],
            ("mentions", post, span, before, ((*span, label),)))


def model_of(rows, annotator, posts):
    """The model after stored rows, and how many rows of the annotator there are."""
    model = Model(posts)
    for core in cores(rows, annotator):
        model.take(core)
    return model
