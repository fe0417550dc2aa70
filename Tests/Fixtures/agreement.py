#!/usr/bin/env python3
"""Writes small random tables of labels by several annotators, and what reference implementations
compute for them; the tests compare our measures of agreement with it.

    agreement.py OUT.json

Cohen's kappa and F1 are scikit-learn's, Fleiss' kappa is statsmodels', Krippendorff's alpha is the
package krippendorff's. What a measure is computed over is written anew here: units are listed one
by one, and nothing is summed up before the reference sees it. Intervals are quantiles of the same
functions over resamples whose draws are in the file.

Needs: scikit-learn statsmodels krippendorff numpy (the file here is by scikit-learn 1.9.1,
statsmodels 0.15.0, krippendorff 0.9.0).
"""
import itertools
import json
import math
import random
import sys
import warnings

import krippendorff
import numpy
from sklearn.metrics import cohen_kappa_score, f1_score
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

warnings.filterwarnings("ignore")
TYPES = ["LOC", "MISC", "ORG", "PER"]
RELATIONS = ["/per/loc/place_of_birth", "/per/org/member_of", "/per/per/peer"]


def number(value):
    return None if value is None or math.isnan(value) else float(value)


def cohen(a, b):
    if not a or len(set(a) | set(b)) < 2:
        return None
    return number(cohen_kappa_score(a, b))


def fleiss(rows):
    """rows: by unit, as many labels each."""
    values = sorted({value for row in rows for value in row})
    if len(values) < 2:
        return None
    table, _ = aggregate_raters(numpy.array([[values.index(v) for v in row] for row in rows]))
    return number(fleiss_kappa(table, method="fleiss"))


def alpha(units, people):
    """units: by unit, a dictionary of labels by annotator; fewer than two say nothing."""
    units = [unit for unit in units if len(unit) > 1]
    values = sorted({value for unit in units for value in unit.values()})
    if len(values) < 2:
        return None
    data = numpy.array(
        [[values.index(unit[p]) if p in unit else numpy.nan for unit in units] for p in range(people)])
    return number(krippendorff.alpha(reliability_data=data, level_of_measurement="nominal"))


def f1(pairs):
    """pairs: of sets of spans, each set by another annotator of the same post."""
    first, second = [], []
    for place, (a, b) in enumerate(pairs):
        for span in sorted(a | b):
            first.append(int(span in a))
            second.append(int(span in b))
    return number(f1_score(first, second)) if first else None


def tags(mentions, tokens):
    row = ["O"] * tokens
    for start, end, kind in mentions:
        for token in range(start, end):
            row[token] = ("B-" if token == start else "I-") + kind
    return row


def kind(tag):
    return tag[2:] if tag != "O" else "O"


class Facet:
    """One kind of label over some posts."""

    def __init__(self, table, posts, of_tokens):
        self.people, self.names = len(table["annotators"]), table["annotators"]
        self.units, self.posts, self.of_tokens = [], posts, of_tokens
        for post in posts:
            if len(post["labels"]) < 2:
                continue
            self.units += self.post_units(post, sorted(map(int, post["labels"])))
        self.label = kind if of_tokens else (lambda value: value)
        self.none = "O" if of_tokens else "None"

    def own(self, post, person):
        labels = post["labels"][str(person)]
        if self.of_tokens:
            return tags(labels["mentions"], post["tokens"])
        found = {}
        for head, tail, label in labels["relations"]:
            found.setdefault((tuple(head), tuple(tail)), label)
        return found

    def post_units(self, post, people):
        own = {person: self.own(post, person) for person in people}
        if self.of_tokens:
            return [{p: own[p][token] for p in people} for token in range(post["tokens"])]
        keys = {(tuple(h), tuple(t)) for h, t, _ in post["pairs"]}
        for person in people:
            keys |= {key for key, label in own[person].items() if label != "None"}
        return [{p: own[p].get(key, "None") for p in people} for key in sorted(keys)]

    def spans(self, post, person):
        labels = post["labels"][str(person)]
        if self.of_tokens:
            return {(start, end, kind) for start, end, kind in labels["mentions"]}
        return {(*key, label) for key, label in self.own(post, person).items() if label != "None"}

    def both(self, a, b):
        return [post for post in self.posts if str(a) in post["labels"] and str(b) in post["labels"]]

    def labelled(self, units):
        return [unit for unit in units if set(unit.values()) != {self.none}]

    def nominal(self, units):
        sizes = sorted({len(unit) for unit in units}, key=lambda n: (sum(len(u) == n for u in units), n))
        most = sizes[-1] if sizes else None
        rows = [[unit[p] for p in sorted(unit)] for unit in units if len(unit) == most]
        return {"alpha": alpha(units, self.people), "fleiss": fleiss(rows) if rows else None,
                "annotators": most, "units": len(units)}

    def measures(self):
        result = {"all": self.nominal(self.units), "labelled": self.nominal(self.labelled(self.units))}
        couples = list(itertools.combinations(range(self.people), 2))
        sets = {(a, b): [(self.spans(post, a), self.spans(post, b)) for post in self.both(a, b)] for a, b in couples}
        result["f1"] = f1(sum(sets.values(), []))
        names = sorted({span[2] for pairs in sets.values() for pair in pairs for spans in pair for span in spans})
        result["labels"] = {}
        for name in names:
            only = [tuple({s for s in spans if s[2] == name} for spans in pair) for pair in sum(sets.values(), [])]
            units = [{p: self.label(v) == name for p, v in unit.items()} for unit in self.units]
            result["labels"][name] = {"alpha": alpha(units, self.people), "f1": f1(only)}
        result["pairs"] = {}
        for a, b in couples:
            units = [unit for post in self.both(a, b) for unit in self.post_units(post, [a, b])]
            if not units:
                continue
            labelled = self.labelled(units)
            labels = {}
            for name in names:
                only = [tuple({s for s in spans if s[2] == name} for spans in pair) for pair in sets[a, b]]
                if any(x or y for x, y in only):
                    labels[name] = f1(only)
            result["pairs"][f"{self.names[a]} {self.names[b]}"] = {
                "kappa": cohen([u[a] for u in units], [u[b] for u in units]),
                "labelledKappa": cohen([u[a] for u in labelled], [u[b] for u in labelled]),
                "f1": f1(sets[a, b]), "labels": labels, "units": len(units)}
        return result


def random_mentions(draw, tokens, rate):
    mentions, token = [], 0
    while token < tokens:
        if draw.random() < rate:
            end = min(tokens, token + draw.choice([1, 1, 2, 3]))
            mentions.append([token, end, draw.choice(TYPES)])
            token = end
        else:
            token += 1
    return mentions


def disturbed(draw, mentions, tokens, noise):
    """The same mentions with some left out, moved or of another type."""
    result, last = [], 0
    for start, end, kind in mentions:
        if draw.random() < noise:
            continue
        if draw.random() < noise:
            kind = draw.choice(TYPES)
        if draw.random() < noise and start > last:
            start -= 1
        if draw.random() < noise and end - start > 1:
            end -= 1
        if start >= last:
            result.append([start, end, kind])
            last = end
    return result


def table(seed, people, posts, share, noise, rate=0.25):
    draw = random.Random(seed)
    rows = []
    for _ in range(posts):
        tokens = draw.randint(1, 14)
        right = random_mentions(draw, tokens, rate)
        ranges = [[s, e] for s, e, _ in right]
        listed = [[h, t, "None"] for h, t in itertools.permutations(ranges, 2) if draw.random() < 0.3]
        truth = {}
        for head, tail in itertools.permutations(ranges, 2):
            if draw.random() < 0.4:
                truth[(tuple(head), tuple(tail))] = draw.choice(RELATIONS)
        labels = {}
        for person in range(people):
            if draw.random() >= share:
                continue
            relations = []
            for (head, tail), label in truth.items():
                if draw.random() < noise:
                    continue
                if draw.random() < noise:
                    label = draw.choice(RELATIONS + ["None"])
                relations.append([list(head), list(tail), label])
            labels[str(person)] = {"mentions": disturbed(draw, right, tokens, noise), "relations": relations}
        rows.append({"tokens": tokens, "pairs": listed, "labels": labels})
    return {"annotators": [f"a{n}" for n in range(people)], "posts": rows}


def with_expected(table, draws=0, seed=0):
    posts = table["posts"]
    table["expected"] = {name: Facet(table, posts, name == "mentions").measures() for name in ["mentions", "relations"]}
    if draws:
        compared = [post for post in posts if len(post["labels"]) > 1]
        draw = random.Random(seed)
        table["draws"] = [[draw.randrange(len(compared)) for _ in compared] for _ in range(draws)]
        samples = {}
        for places in table["draws"]:
            drawn = [compared[place] for place in places]
            for name in ["mentions", "relations"]:
                found = Facet(table, drawn, name == "mentions").measures()
                for path, value in flat(name, found):
                    if value is not None:
                        samples.setdefault(path, []).append(value)
        table["intervals"] = {}
        for path, values in samples.items():
            values.sort()
            last = len(values) - 1
            table["intervals"][path] = [values[last * 25 // 1000], values[last - last * 25 // 1000]]
    return table


def flat(name, found):
    """The measures whose intervals the tests look at, by name."""
    yield f"{name}.alpha", found["all"]["alpha"]
    yield f"{name}.labelled.alpha", found["labelled"]["alpha"]
    yield f"{name}.f1", found["f1"]
    for pair, values in found["pairs"].items():
        for measure in ["kappa", "labelledKappa", "f1"]:
            yield f"{name}.{pair}.{measure}", values[measure]
    for label, values in found["labels"].items():
        yield f"{name}.{label}.f1", values["f1"]


TABLES = [
    with_expected(table(1, people=2, posts=12, share=1, noise=0.2), draws=60, seed=1),
    with_expected(table(2, people=3, posts=20, share=1, noise=0.15)),
    with_expected(table(3, people=4, posts=30, share=0.6, noise=0.3), draws=60, seed=3),
    with_expected(table(4, people=6, posts=25, share=0.4, noise=0.1)),
    # All agree; nobody labels anything; nobody has a post in common; one post alone.
    with_expected(table(5, people=3, posts=8, share=1, noise=0)),
    with_expected(table(6, people=2, posts=6, share=1, noise=0.2, rate=0)),
    with_expected(table(7, people=2, posts=10, share=0.1, noise=0.2)),
    with_expected(table(8, people=2, posts=1, share=1, noise=0.5, rate=0.6)),
]
with open(sys.argv[1], "w") as file:
    json.dump({"tables": TABLES}, file, separators=(",", ":"))
    file.write("\n")
