#!/usr/bin/env python3
"""Writes small random posts, and what reference implementations compute for them; the tests compare
our study of a dataset with it.

    dataset-study.py OUT.json

The confusion matrix, the Brier score and the area under the curve are scikit-learn's, the principal
components scikit-learn's with the full decomposition; the calibration error is the definition in
numpy, over the bins of numpy.digitize. Numbers are drawn as 32-bit floats, as ours are.

Needs: numpy scikit-learn (the file here is by numpy 2.4.6, scikit-learn 1.9.1).
"""
import json
import sys

import numpy
from sklearn.decomposition import PCA
from sklearn.metrics import brier_score_loss, confusion_matrix, roc_auc_score

random = numpy.random.default_rng(14)


def floats(values):
    return [float(value) for value in numpy.asarray(values, dtype=numpy.float32).ravel()]


def reliability():
    # With ends of bins among them: a tenth belongs to the bin above it, 1 to the last.
    sure = numpy.concatenate([random.beta(4, 2, 300), [0, 0.1, 0.3, 0.7, 1]]).astype(numpy.float32)
    right = random.random(len(sure)) < sure**2
    edges = numpy.arange(1, 10).astype(numpy.float32) / numpy.float32(10)
    bins = numpy.digitize(sure, edges)
    parts, expected, greatest = [], 0.0, 0.0
    for part in range(10):
        inside = bins == part
        if not inside.any():
            parts.append({"count": 0})
            continue
        confidence = float(sure[inside].astype(numpy.float64).mean())
        share = float(right[inside].mean())
        parts.append({"count": int(inside.sum()), "confidence": confidence, "share": share})
        expected += inside.sum() / len(sure) * abs(confidence - share)
        greatest = max(greatest, abs(confidence - share))
    return {
        "confidences": floats(sure),
        "right": [bool(value) for value in right],
        "parts": parts,
        "expected": float(expected),
        "greatest": float(greatest),
        "brier": float(brier_score_loss(right, sure.astype(numpy.float64))),
    }


def confusion():
    names = ["LOC", "PER", "ORG", "None"]
    gold = random.choice(names, 200, p=[0.4, 0.3, 0.1, 0.2])
    given = numpy.where(random.random(200) < 0.6, gold, random.choice(names, 200))
    return {
        "gold": gold.tolist(),
        "given": given.tolist(),
        "names": names,
        "counts": confusion_matrix(gold, given, labels=names).tolist(),
    }


def components():
    cases = []
    for points, width in [(40, 8), (12, 30), (200, 24)]:
        scale = numpy.exp(-0.35 * numpy.arange(width))
        x = (random.standard_normal((points, width)) * scale + random.standard_normal(width))
        x = (x @ numpy.linalg.qr(random.standard_normal((width, width)))[0]).astype(numpy.float32)
        # Our sign: the largest entry of a direction is positive.
        found = PCA(2, svd_solver="full").fit(x.astype(numpy.float64))
        axes = found.components_
        axes = axes * numpy.sign(axes[numpy.arange(2), numpy.abs(axes).argmax(axis=1)])[:, None]
        cases.append({
            "rows": [floats(row) for row in x],
            "axes": axes.tolist(),
            "variances": found.explained_variance_.tolist(),
            "shares": found.explained_variance_ratio_.tolist(),
            "places": ((x.astype(numpy.float64) - found.mean_) @ axes.T).tolist(),
        })
    return cases


def curve():
    values = random.choice(numpy.linspace(0, 1, 41), 120).astype(numpy.float32)
    adds = random.random(120) < values
    return {
        "values": floats(values),
        "adds": [bool(value) for value in adds],
        "auc": float(roc_auc_score(adds, values)),
        "deciles": floats(numpy.quantile(values, numpy.arange(11) / 10, method="lower")),
    }


with open(sys.argv[1], "w") as out:
    json.dump(
        {
            "reliability": reliability(),
            "confusion": confusion(),
            "components": components(),
            "distribution": curve(),
        }, out)
    out.write("\n")
