#!/usr/bin/env python3
"""Ranks posts by cleanlab's scores of the probabilities that `twinlens suspect measure --dump` wrote, and counts
the spoiled labels in the first part of each queue beside Twinlens's own.

    compare-cleanlab.py DUMP

The exit status is 1 when cleanlab's default score finds more of them in the first 20 % of the posts, and by more than
chance: McNemar's exact test of the labels that only one of the two finds, 1 in 20.
"""
import json
import math
import sys

import numpy as np
from cleanlab.rank import get_label_quality_scores as of_examples
from cleanlab.token_classification.rank import get_label_quality_scores as of_tokens

PARTS = [0.05, 0.1, 0.2]
METHODS = ["self_confidence", "normalized_margin", "confidence_weighted_entropy"]


def qualities(dump):
    """Scores of each post by name, lower for worse labels, as cleanlab has them; the default comes first."""
    labels = [post["given"] for post in dump["posts"]]
    tables = []
    for post in dump["posts"]:
        table = np.array(post["probabilities"], dtype=float).reshape(len(post["given"]), len(dump["labels"]))
        # Numbers of a few digits do not add up to one exactly.
        tables.append(table / table.sum(axis=1, keepdims=True))
    if dump["subject"] == "mentions":
        for sentence in ["min", "softmin"]:
            for method in METHODS:
                scores, _ = of_tokens(
                    labels, tables, token_score_method=method, sentence_score_method=sentence)
                yield f"cleanlab {method}, {sentence}", np.asarray(scores)
        return
    for method in METHODS:
        scores = of_examples(np.concatenate([np.array(l, dtype=int) for l in labels]), np.concatenate(tables), method=method)
        ends = np.cumsum([len(l) for l in labels])
        yield f"cleanlab {method}, min", np.array([part.min() for part in np.split(scores, ends[:-1])])


def hits(badness, places, spoiled, posts):
    """For each part of the queue, whether each spoiled label is in it; of equals the earlier post comes first."""
    order = [places[i] for i in np.argsort(-badness, kind="stable")]
    heads = [set(order[: math.ceil(part * posts)]) for part in PARTS]
    return [[label["place"] in head for label in spoiled] for head in heads]


def chance(more, less):
    """How probably two equal queues would differ so much: `more` labels only one finds, `less` only the other."""
    total = more + less
    tail = sum(math.comb(total, k) for k in range(max(more, less), total + 1)) / 2**total
    return min(1, 2 * tail)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        dump = json.load(file)
    # Posts whose words were not read at all have nothing to score.
    dump["posts"] = [post for post in dump["posts"] if post["given"]]
    places = [post["place"] for post in dump["posts"]]
    posts, spoiled = len(places), dump["spoiled"]
    if not spoiled or not posts:
        sys.exit("compare-cleanlab: nothing was spoiled")
    own = np.array([post["score"] for post in dump["posts"]])
    rows = [("twinlens", hits(own, places, spoiled, posts))]
    rows += [(name, hits(-scores, places, spoiled, posts)) for name, scores in qualities(dump)]
    wide = max(len(name) for name, _ in rows)
    print(" " * wide + "".join(f"  first {100 * part:g} %".rjust(12) for part in PARTS))
    for name, parts in rows:
        print(name.ljust(wide) + "".join(f"{100 * sum(part) / len(part):10.1f} %" for part in parts))
    ours, default = rows[0][1][-1], rows[1][1][-1]
    theirs_only = sum(b and not a for a, b in zip(ours, default))
    ours_only = sum(a and not b for a, b in zip(ours, default))
    p = chance(theirs_only, ours_only)
    print(
        f"In the first {100 * PARTS[-1]:g} % Twinlens alone finds {ours_only}, cleanlab's default alone {theirs_only} of "
        f"{len(spoiled)} spoiled labels; two equal queues differ so much in {100 * p:.2g} % of cases.")
    if theirs_only > ours_only and p < 0.05:
        print("cleanlab finds more", file=sys.stderr)
        sys.exit(1)


main()
