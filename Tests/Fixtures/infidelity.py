#!/usr/bin/env python3
"""Writes two small networks, explanations of what they say, and how faithful and how steady Captum
finds those explanations; the tests compute the same from the stored perturbations.

    infidelity.py OUT.json

A network is out = W2 · act(W1 · x + b1) + b2 with act = tanh or relu; f(x) is the output with the
index `target`. W1 is hidden × input, W2 output × hidden, both lists of rows. All is float32: a number
read as Double and rounded to Float is the very number that was used.

Explanations φ of an input x, by name (`of` for each input a row as long as x):

    gradient            ∂f/∂x                            (Captum: Saliency, abs=False)
    saliency            |∂f/∂x|                          (Saliency)
    gradientTimesInput  x ⊙ ∂f/∂x                        (InputXGradient)
    occlusion           f(x) − f(x with entry i set to its baseline), for each i   (Occlusion, window 1)
    nothing             0                                for what is divided by zero
The slope of relu at 0 is 0; no input lies there.

Infidelity (Yeh et al., NeurIPS 2019; captum.metrics.infidelity). Each input has as many perturbations I
as `draws`, and for each a changed input x̃. Two kinds are stored as I:

    noise   x̃ = x − I                        for explanations in units of f per unit of x
    masks   x̃ = x − I ⊙ (x − baseline)       I is 0 or 1; for explanations in units of f
For each draw a = Σ_i I_i φ_i and d = f(x) − f(x̃). Then, summed over the draws of one input,

    plain       Σ (a − d)² / draws
    normalized  (β² Σa² − 2 β Σad + Σd²) / draws   with β = Σad / Σa², or β = Σad where Σa² is 0
`plain` is what captum.metrics.infidelity gives, `normalized` the same with normalize=True. Every
explanation is measured under both kinds, though only one is meant for it: numbers are numbers.

Sensitivity (captum.metrics.sensitivity_max). `steps` are what is added to x, each entry within
±`radius`. With φ(x) the explanation of x and ‖·‖ the Euclidean norm over all entries,

    sensitivity = max over steps of ‖φ(x) − φ(x + step)‖ / ‖φ(x)‖
where a norm ‖φ(x)‖ of 0 counts as 1. The baseline of occlusion stays where it is. The last two inputs
of the relu network shut all hidden units, so that their gradients are 0: a step opens some of the first
one's, none of the second one's. `nothing` is no function of x and has no sensitivity.

Beside the call of Captum each number is computed once more here as written above, in float64, and the
two must agree; so must Captum's numbers when it is given the draws in batches.

Needs: torch captum (the file here is by torch 2.13.0, captum 0.9.0).
"""
import json
import sys

import torch
from captum.attr import InputXGradient, Occlusion, Saliency
from captum.metrics import infidelity, sensitivity_max

torch.set_num_threads(1)
DRAWS, STEPS, RADIUS = 12, 8, 0.1


def short(tensor):
    """To four decimals: what is drawn or solved for is then the same on every machine."""
    return (tensor.double() * 1e4).round().div(1e4).float()


class Network(torch.nn.Module):
    def __init__(self, kind, draw, sizes):
        super().__init__()
        self.kind, (inputs, hidden, outputs) = kind, sizes
        self.w1 = short(torch.randn(hidden, inputs, generator=draw) * 0.6)
        self.b1 = short(torch.randn(hidden, generator=draw) * 0.3)
        self.w2 = short(torch.randn(outputs, hidden, generator=draw) * 0.8)
        self.b2 = short(torch.randn(outputs, generator=draw) * 0.3)

    def forward(self, x):
        act = {"tanh": torch.tanh, "relu": torch.relu}[self.kind]
        return act(x @ self.w1.to(x.dtype).T + self.b1.to(x.dtype)) @ self.w2.to(x.dtype).T + self.b2.to(x.dtype)


def explainers(network, baseline, target):
    """By name, a function of a batch of inputs. Captum gives it plain or as a tuple of one, and wants
    the explanations alike."""
    def of_batch(explain):
        def call(x):
            if isinstance(x, tuple):
                return (call(x[0]),)
            return explain(x.detach().requires_grad_()).detach()
        return call
    return {name: of_batch(explain) for name, explain in {
        "gradient": lambda x: Saliency(network).attribute(x, target=target, abs=False),
        "saliency": lambda x: Saliency(network).attribute(x, target=target),
        "gradientTimesInput": lambda x: InputXGradient(network).attribute(x, target=target),
        "occlusion": lambda x: Occlusion(network).attribute(
            x, sliding_window_shapes=(1,), baselines=baseline.to(x.dtype), target=target),
    }.items()}


class Replay:
    """Hands out the stored perturbations: Captum asks for the draws of all inputs, some at a time."""

    def __init__(self, stored, change):
        self.stored, self.change, self.done = stored, change, 0  # stored: input × draw × entry

    def __call__(self, repeated):
        now = repeated.shape[0] // self.stored.shape[0]
        part = self.stored[:, self.done:self.done + now].reshape(repeated.shape)
        self.done += now
        return self.change(repeated, part)


def measured(call):
    """What Captum gives with all draws at once, which must be the same in batches."""
    whole, parts = call(None), call(15)
    assert torch.allclose(whole, parts, rtol=1e-5, atol=1e-6), (whole, parts)
    return whole


def written_infidelity(f, x, phi, stored, change):
    """The formulas above, draw by draw, in float64."""
    direct, scaled = [], []
    for n in range(len(x)):
        sums = [0.0, 0.0, 0.0, 0.0]
        for draw in stored[n].double():
            _, changed = change(x[n].double(), draw)
            a = float((draw * phi[n].double()).sum())
            d = float(f(x[n].double()) - f(changed))
            sums = [sums[0] + a * a, sums[1] + a * d, sums[2] + d * d, sums[3] + (a - d) ** 2]
        beta = sums[1] / sums[0] if sums[0] != 0 else sums[1]
        direct.append(sums[3] / len(stored[n]))
        scaled.append((beta * beta * sums[0] - 2 * beta * sums[1] + sums[2]) / len(stored[n]))
    return torch.tensor(direct), torch.tensor(scaled)


def written_sensitivity(explain, x, steps):
    values = []
    for n in range(len(x)):
        own = explain(x[n:n + 1].double())
        norm = float(own.norm()) or 1.0
        values.append(max(float((own - explain((x[n] + step)[None].double())).norm()) / norm for step in steps[n]))
    return torch.tensor(values)


def close(captum, written, what):
    assert torch.allclose(captum.double(), written.double(), rtol=2e-5, atol=2e-6), (what, captum, written)


def numbers(tensor):
    """Lists of the shortest decimals that are these float32 numbers."""
    if tensor.dim():
        return [numbers(row) for row in tensor]
    value = float(str(tensor.detach().numpy()))
    return int(value) if value == int(value) else value


def case(kind, seed, sizes, inputs, target):
    draw = torch.Generator().manual_seed(seed)
    network = Network(kind, draw, sizes)
    x = short(torch.randn(inputs, sizes[0], generator=draw))
    if kind == "relu":
        # The last two shut all hidden units: the one a little, the other so that no step opens any.
        for place, height in [(-2, -0.05), (-1, -3.0)]:
            x[place] = short(torch.linalg.lstsq(network.w1, height - network.b1).solution)
            assert torch.allclose(network.w1 @ x[place] + network.b1, torch.tensor(height), atol=1e-3)
    baseline = short(torch.randn(1, sizes[0], generator=draw) * 0.2)
    kinds = {
        "noise": (short(torch.randn(inputs, DRAWS, sizes[0], generator=draw) * 0.3), lambda x, i: (i, x - i)),
        "masks": ((torch.rand(inputs, DRAWS, sizes[0], generator=draw) < 0.4).float(),
                  lambda x, i: (i, x - i * (x - baseline.to(x.dtype).expand(x.shape) if x.dim() > 1
                                                 else x - baseline[0].to(x.dtype)))),
    }
    steps = short((torch.rand(inputs, STEPS, sizes[0], generator=draw) * 2 - 1) * RADIUS)
    explain = explainers(network, baseline, target)
    phi = {name: function(x) for name, function in explain.items()} | {"nothing": torch.zeros_like(x)}

    found = {"infidelity": {}, "sensitivity": {}}
    for kind_of, (stored, change) in kinds.items():
        for name, values in phi.items():
            direct, scaled = [
                measured(lambda most: infidelity(network, Replay(stored, change), x, values, target=target, normalize=flag,
                                                 n_perturb_samples=DRAWS, max_examples_per_batch=most))
                for flag in (False, True)]
            want = written_infidelity(lambda v: network(v)[target], x, values, stored, change)
            close(direct, want[0], (kind, kind_of, name, "plain"))
            close(scaled, want[1], (kind, kind_of, name, "normalized"))
            found["infidelity"].setdefault(kind_of, {})[name] = {"plain": numbers(direct), "normalized": numbers(scaled)}
    for name, function in explain.items():
        values = measured(lambda most: sensitivity_max(function, x, perturb_func=Replay(steps, lambda x, i: x + i),
                                                       n_perturb_samples=STEPS, max_examples_per_batch=most))
        close(values, written_sensitivity(function, x, steps), (kind, name, "sensitivity"))
        found["sensitivity"][name] = numbers(values)
    return {
        "activation": kind, "target": target, "w1": numbers(network.w1), "b1": numbers(network.b1),
        "w2": numbers(network.w2), "b2": numbers(network.b2), "baseline": numbers(baseline[0]), "inputs": numbers(x),
        "outputs": numbers(network(x)[:, target]), "explanations": {name: numbers(v) for name, v in phi.items()},
        "perturbations": {name: numbers(stored) for name, (stored, _) in kinds.items()},
        "radius": RADIUS, "steps": numbers(steps), **found,
    }


with open(sys.argv[1], "w") as file:
    json.dump({"networks": [case("tanh", 1, (6, 5, 3), 4, 2), case("relu", 2, (6, 5, 3), 5, 0)]},
              file, separators=(",", ":"))
    file.write("\n")
