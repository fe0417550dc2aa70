#!/usr/bin/env python3
"""Writes what the layers of the papers compute for small inputs, written from the papers' equations
in PyTorch; the tests compare our layers with it.

    paper-layers.py OUT_DIR

One safetensors file per layer, float32: weights under `w.` (a Linear's are [out, in], as in torch),
inputs under `in.`, results under `out.`, and under `grad.` the gradient of sum(out * in.weighting),
or of the loss where the result is one. Computed in double precision and rounded once, at the end.
Masks are 1 for what is real; `in.weighting` is 0 for tokens that are padding.

Needs: torch safetensors numpy (the files here are by torch 2.13.0+cpu).
"""
import itertools
import math
import os
import sys
from dataclasses import dataclass

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

OUT = sys.argv[1]


def normal(*shape, scale=1.0):
    """Random numbers that float32 holds exactly."""
    return (torch.randn(*shape, dtype=torch.float32) * scale).double()


def close(a, b):
    return torch.allclose(a, b, rtol=1e-9, atol=1e-9)


class Record:
    """The tensors of one file. Weights are N(0, spread²), around 1 where they scale."""

    def __init__(self, name, spread=0.3):
        torch.manual_seed(7)
        self.name, self.spread, self.tensors = name, spread, {}

    def weight(self, name, *shape, around=0.0):
        value = (normal(*shape, scale=self.spread) + around).float().double()
        self.tensors["w." + name] = value
        return value

    def linear(self, name, inputs, outputs, bias=True):
        weight = self.weight(name + ".weight", outputs, inputs)
        offset = self.weight(name + ".bias", outputs) if bias else None
        return lambda x: F.linear(x, weight, offset)

    def norm(self, name, size, eps):
        weight = self.weight(name + ".weight", size, around=1)
        bias = self.weight(name + ".bias", size)
        return lambda x: F.layer_norm(x, (size,), weight, bias, eps)

    def lstm(self, name, inputs, hidden, bidirectional=False):
        layer = nn.LSTM(inputs, hidden, 2, batch_first=True, bidirectional=bidirectional)
        for key, value in layer.named_parameters():
            value.data = self.weight(f"{name}.{key}", *value.shape)
        return layer

    def input(self, name, value):
        self.tensors["in." + name] = value
        return value.requires_grad_()

    def constant(self, name, value):
        self.tensors["in." + name] = value
        return value

    def outputs(self, **values):
        for name, value in values.items():
            self.tensors["out." + name.replace("_", ".")] = value

    def gradients(self, loss, **inputs):
        found = torch.autograd.grad(loss, list(inputs.values()), retain_graph=True)
        for (name, _), value in zip(inputs.items(), found):
            assert value.abs().max() > 1e-6, f"{self.name}: no gradient of {name}"
            self.tensors["grad." + name.replace("_", ".")] = value

    def write(self):
        tensors = {k: v.detach().float().contiguous() for k, v in self.tensors.items()}
        assert all(value.isfinite().all() for value in tensors.values()), self.name
        path = os.path.join(OUT, self.name + ".safetensors")
        save_file(tensors, path)
        os.chmod(path, 0o644)


def attention(q, k, v, heads, seen=None):
    """Scaled dot-product attention of [B, T, D] whose heads lie side by side; seen: [B, keys]."""
    q, k, v = (x.unflatten(-1, (heads, -1)).transpose(1, 2) for x in (q, k, v))
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    if seen is not None:
        scores = scores.masked_fill(seen[:, None, None, :] == 0, -math.inf)
    weights = checked_rows(scores.softmax(-1))
    return (weights @ v).transpose(1, 2).flatten(2), weights


def checked_rows(weights):
    assert close(weights.sum(-1), torch.ones(weights.shape[:-1]))
    return weights


def mask_of_text():
    """Two posts of four tokens; the second has three."""
    return torch.tensor([[1.0, 1, 1, 1], [1, 1, 1, 0]])


def post_norm_layer(record, prefix, width, inner, eps):
    """The parts of a BERT layer, by their names without the prefix."""
    parts = {
        name: record.linear(prefix + name, inputs, outputs)
        for name, inputs, outputs in [
            ("attention.self.query", width, width), ("attention.self.key", width, width),
            ("attention.self.value", width, width), ("attention.output.dense", width, width),
            ("intermediate.dense", width, inner), ("output.dense", inner, width),
        ]
    }
    for name in ["attention.output.LayerNorm", "output.LayerNorm"]:
        parts[name] = record.norm(prefix + name, width, eps)
    return parts


def run_post_norm(parts, x, heads, activation, seen=None, added=None):
    """added: what joins the feed-forward's inner layer, computed from the heads' outputs."""
    q, k, v = (parts["attention.self." + name](x) for name in ("query", "key", "value"))
    context, _ = attention(q, k, v, heads, seen)
    a = parts["attention.output.LayerNorm"](parts["attention.output.dense"](context) + x)
    inner = parts["intermediate.dense"](a) + (added(context) if added else 0)
    return parts["output.LayerNorm"](parts["output.dense"](activation(inner)) + a)


def additive_form(record, width, heads):
    """I2SRM's attention across a batch as the paper prints it, of [B, width]."""
    size = width // heads
    scores = [(record.linear(f"additive.heads.{h}.hidden", size, size),
               record.linear(f"additive.heads.{h}.score", size, 1, bias=False))
              for h in range(heads)]
    output = record.linear("additive.output", width, width)
    norm = record.norm("additive.norm", width, 1e-5)

    def run(x):
        parts = []
        for (hidden, score), part in zip(scores, x.split(size, dim=-1)):
            alpha = score(hidden(part).tanh()).softmax(0)
            checked_rows(alpha.T)
            parts.append(alpha * part)
        return norm(output(torch.cat(parts, -1)) + x)
    return run


def batch_attention():
    """I2SRM: a Transformer layer whose sequence is the batch, and the paper's additive form."""
    record = Record("batch-attention")
    x = record.input("x", normal(5, 8))
    weighting = record.constant("weighting", normal(5, 8))
    parts = post_norm_layer(record, "", 8, 8, 1e-5)
    out = run_post_norm(parts, x[None], 4, F.relu)[0]

    additive = additive_form(record, 8, 2)(x)

    order = torch.tensor([3, 0, 4, 1, 2])
    assert close(run_post_norm(parts, x[order][None], 4, F.relu)[0], out[order])
    record.outputs(x=out, additive=additive)
    record.gradients((out * weighting).sum(), x=x)
    record.gradients((additive * weighting).sum(), additive=x)
    record.write()


@dataclass
class Mix:
    """Which rows of [H; H*] a step of AttnMixup learns from, as our generator draws them for a
    seed: the tests see that it still does. `code`: H̃ as the released code takes it."""
    small: float
    big: float
    plain: list
    mixed: list
    share: float
    code: bool = False

    def check(self, count):
        """The counts of MODELS §5.5 and §5.6."""
        def floor(share, whole):
            return math.floor(share * whole + 1e-9)
        lasting = 2 * count - floor(1 - self.small / 2, 2 * count)
        pool = floor(self.small / 2, 2 * count) + lasting if self.code else count
        kept = self.plain[count:]
        assert self.plain[:count] == list(range(count)) and len(kept) == floor(self.big, count)
        assert all(count <= row < 2 * count for row in kept) and len(set(kept)) == len(kept)
        assert len(self.mixed) == floor(1 - self.big, pool)
        for rows in zip(*self.mixed):
            assert self.code or sum(row < count for row in rows) <= floor(self.small, count)

    def losses(self, x, star, scores, loss):
        """Both means: of rows as they are, and of pairs that are mixed.

        loss: the mean over rows of scores, each of the item whose number stands beside it.
        """
        count = len(x)
        self.check(count)
        both = torch.cat([x, star])
        share = torch.tensor(self.share, dtype=torch.float32).double()

        def items(rows):
            return [row % count for row in rows]
        plain = loss(scores(both[self.plain]), items(self.plain))
        first, second = (list(rows) for rows in zip(*self.mixed))
        seen = scores(share * both[first] + (1 - share) * both[second])
        return plain, share * loss(seen, items(first)) + (1 - share) * loss(seen, items(second))

    def note(self, record, name):
        first, second = zip(*self.mixed)
        for part, rows in [("plain", self.plain), ("first", first), ("second", second)]:
            record.constant(f"{name}.{part}", torch.tensor(rows).double())
        record.constant(name + ".share", torch.tensor([self.share], dtype=torch.float32).double())


def mixup_gradients(record, name, loss, **inputs):
    """Of inputs and of some weights, by their names."""
    weights = ["head.weight", "head.bias", "layer.attention.self.query.weight",
               "layer.attention.output.dense.weight", "layer.intermediate.dense.bias",
               "layer.output.LayerNorm.weight"]
    inputs |= {key: record.tensors["w." + key].requires_grad_() for key in weights}
    record.gradients(loss, **{f"{name}.{key}": value for key, value in inputs.items()})


def attention_mixup():
    """I2SRM's AttnMixup of pairs: the loss of a batch, with two choices of δ and Δ."""
    record = Record("attention-mixup")
    h = record.input("h", normal(5, 8))
    labels = record.constant("labels", torch.tensor([2.0, 0, 1, 0, 2])).long()
    parts = post_norm_layer(record, "layer.", 8, 8, 1e-5)
    head = record.linear("head", 8, 3)
    for weight in record.tensors.values():
        weight.requires_grad_()
    star = run_post_norm(parts, h[None], 4, F.relu)[0]

    def loss(scores, items):
        return F.cross_entropy(scores, labels[items])

    mixes = {
        "usual": Mix(0.7, 0.6, [0, 1, 2, 3, 4, 6, 5, 9], [(6, 4), (0, 7)], 0.8929982),
        "other": Mix(0.9, 0.2, [0, 1, 2, 3, 4, 9], [(2, 0), (7, 2), (0, 1), (4, 7)], 0.24724561),
    }
    for name, mix in mixes.items():
        mix.note(record, name)
        plain, mixed = mix.losses(h, star, head, loss)
        # Posts that have not looked at each other are mixed all the same.
        alone = mix.losses(h, h, head, loss)[1] + loss(head(h), list(range(5)))
        record.outputs(**{name + "_plain": plain[None], name + "_loss": (plain + mixed)[None],
                          name + "_alone": alone[None]})
        mixup_gradients(record, name, plain + mixed, h=h)
    record.write()


def crf_loss(emissions, tags, start, transitions, end):
    """−log p of one sequence of tags (MODELS §2.6)."""
    def score(path):
        steps = torch.arange(len(path))
        inner = transitions[path[:-1], path[1:]].sum()
        return start[path[0]] + emissions[steps, path].sum() + inner + end[path[-1]]
    alpha = start + emissions[0]
    for now in emissions[1:]:
        alpha = now + torch.logsumexp(alpha[:, None] + transitions, 0)
    whole = torch.logsumexp(alpha + end, 0)
    paths = itertools.product(range(len(start)), repeat=len(tags))
    assert close(torch.stack([score(torch.tensor(p)) for p in paths]).logsumexp(0), whole)
    return whole - score(tags)


def attention_mixup_tags():
    """I2SRM's AttnMixup of texts: at each step the texts that are so long look at each other; whole
    texts are mixed, zeros behind their ends, and each half has its own text's length."""
    record = Record("attention-mixup-tags")
    lengths = record.constant("lengths", torch.tensor([4.0, 3, 2, 1])).long().tolist()
    real = torch.tensor([[float(s < n) for s in range(4)] for n in lengths])[..., None]
    h = record.input("h", normal(4, 4, 8) * real)
    tags = record.constant(
        "tags", torch.tensor([[1.0, 2, 0, 1], [0, 1, 2, 0], [1, 0, 0, 0], [2, 0, 0, 0]])).long()
    parts = post_norm_layer(record, "layer.", 8, 8, 1e-5)
    additive = additive_form(record, 8, 4)
    head = record.linear("head", 8, 3)
    start, transitions, end = (record.weight("head.crf." + name, *shape) for name, shape in [
        ("start_transitions", (3,)), ("transitions", (3, 3)), ("end_transitions", (3,))])
    for weight in record.tensors.values():
        weight.requires_grad_()

    def attended(layer):
        steps = []
        for s in range(4):
            there = [i for i, n in enumerate(lengths) if n > s]
            steps.append(torch.zeros(4, 8).index_put((torch.tensor(there),), layer(h[there, s])))
        return torch.stack(steps, 1)

    def loss(scores, items):
        each = [crf_loss(row[:lengths[i]], tags[i, :lengths[i]], start, transitions, end)
                for row, i in zip(scores, items)]
        assert all(value > 0 for value in each)
        return torch.stack(each).mean()

    star = attended(lambda x: run_post_norm(parts, x[None], 4, F.relu)[0])
    usual = Mix(0.7, 0.4, [0, 1, 2, 3, 6], [(4, 2), (6, 4)], 0.523931)
    code = Mix(0.7, 0.4, [0, 1, 2, 3, 4], [(7, 1), (1, 6), (5, 0)], 0.41732025, code=True)
    for name, mix in [("usual", usual), ("code", code)]:
        mix.note(record, name)
        plain, mixed = mix.losses(h, star, head, loss)
        record.outputs(**{name + "_plain": plain[None], name + "_loss": (plain + mixed)[None]})
        mixup_gradients(record, name, plain + mixed, h=h, field=transitions)
        # What lies behind a text's end is not its own.
        record.tensors[f"grad.{name}.h"] = record.tensors[f"grad.{name}.h"] * real
    printed = usual.losses(h, attended(additive), head, loss)
    record.outputs(star=star, additive=sum(printed)[None])
    record.gradients(sum(printed), additive_h=h)
    record.tensors["grad.additive.h"] = record.tensors["grad.additive.h"] * real
    record.write()


def divergence(log_p, log_q):
    """KL(p || q) of each row."""
    return (log_p.exp() * (log_p - log_q)).sum(-1)


def semantic_loss():
    """I2SRM: KL(text || image), the mean over the batch."""
    record = Record("semantic-loss")
    text, image = record.input("text", normal(4, 6)), record.input("image", normal(4, 5))
    log_t = record.linear("text", 6, 6)(text).log_softmax(-1)
    log_i = record.linear("image", 5, 6)(image).log_softmax(-1)
    each = divergence(log_t, log_i)
    assert (each > 0).all() and close(divergence(log_t, log_t), torch.zeros(4))
    record.outputs(loss=each.mean()[None], each=each)
    record.gradients(each.mean(), text=text, image=image)
    record.write()


def focal():
    """FocalMRE: each slot's attention and gate, the fusion (two grounded slots, one detected)."""
    record = Record("focal")
    text = record.input("text", normal(2, 4, 6))
    pictures = record.input("pictures", normal(2, 3, 5, 7))
    head = record.constant("head", torch.tensor([1.0, 0.0])).long()
    tail = record.constant("tail", torch.tensor([3.0, 2.0])).long()
    weighting = record.constant("weighting", normal(2, 4))
    sizes = {"query": (6, 6), "key": (7, 6), "value": (7, 6), "output": (6, 6), "gate": (12, 6)}
    slots = [{name: record.linear(f"slots.{k}.{name}", *size) for name, size in sizes.items()}
             for k in range(3)]
    fusion = record.weight("fusion", 3, around=1)
    classifier = record.linear("classifier", 24, 4)

    def run(attend=True, gated=True):
        weights, gates, fused = [], [], []
        for k, slot in enumerate(slots):
            u = pictures[:, k]
            if attend:
                scores = slot["query"](text) @ slot["key"](u).transpose(1, 2) / math.sqrt(6)
                weights.append(checked_rows(scores.softmax(-1)))
                x = slot["output"](weights[-1] @ slot["value"](u))
            else:
                x = slot["output"](slot["value"](u).mean(1, keepdim=True)).expand_as(text)
            gates.append(torch.sigmoid(slot["gate"](torch.cat([x, text], -1))))
            o = (1 - gates[-1]) * text + gates[-1] * x if gated else text + x
            fused.append(fusion[k] * o)
        grounded, detected = fused[0] + fused[1], fused[2]
        rows = torch.arange(2)
        z = torch.cat([h[rows, at] for h in (grounded, detected) for at in (head, tail)], -1)
        return weights, gates, z, classifier(z)

    weights, gates, z, logits = run()
    record.outputs(attention=torch.stack(weights, 1), gate=torch.stack(gates, 1), z=z,
                   logits=logits, logits_noattention=run(attend=False)[-1],
                   logits_nogate=run(gated=False)[-1])
    record.gradients((logits * weighting).sum(), text=text, pictures=pictures)
    record.write()


def isa():
    """IMM: one block for both modalities but for its feed-forward; each attends to itself."""
    record = Record("isa")
    text, vision = record.input("text", normal(2, 4, 8)), record.input("vision", normal(2, 5, 8))
    mask = record.constant("mask", mask_of_text())
    for_text = record.constant("weighting.text", normal(2, 4, 8) * mask[..., None])
    for_vision = record.constant("weighting.vision", normal(2, 5, 8))
    attention_norm, ffn_norm = (record.norm(n, 8, 1e-12) for n in ("attentionNorm", "ffnNorm"))
    query, key, value, output = (
        record.linear(name, 8, 8) for name in ("query", "key", "value", "output"))
    ffn = {name: (record.linear(name + ".first", 8, 16), record.linear(name + ".second", 16, 8))
           for name in ("text", "vision")}

    def run(h, modality, seen=None):
        x = attention_norm(h)
        h = output(attention(query(x), key(x), value(x), 2, seen)[0]) + h
        first, second = ffn[modality]
        return second(F.gelu(first(ffn_norm(h)))) + h

    out_text, out_vision = run(text, "text", mask), run(vision, "vision")
    assert close(run(text[1:, :3], "text"), out_text[1:, :3])
    record.outputs(text=out_text, vision=out_vision)
    loss = (out_text * for_text).sum() + (out_vision * for_vision).sum()
    record.gradients(loss, text=text, vision=vision)
    record.write()


def switched_loss():
    """IMM: KL(p || q) between the model's similarities and the frozen encoder's, both ways."""
    record = Record("switched-loss")
    # What they share keeps the cosines near each other: divided by 0.07, no softmax saturates.
    shared = 2 * normal(6)
    text = record.input("text", (shared + normal(4, 6)).float().double())
    vision = record.input("vision", (shared + normal(4, 6)).float().double())
    similarity = 0.2 * torch.rand(4, 4) + 0.2 * torch.eye(4)
    similarity[2, 0] = 0  # a negative cosine counts as 0: what epsilon is for
    similarity = record.constant("similarity", similarity.float().double())

    def targets(similarity):
        return checked_rows(similarity / similarity.sum(-1, keepdim=True))

    def loss(logits, similarity):
        ways = [divergence(scores.log_softmax(-1), (targets(p) + 1e-8).log()).mean()
                for scores, p in [(logits, similarity), (logits.T, similarity.T)]]
        return sum(ways) / 2

    cosines = F.normalize(text, dim=-1) @ F.normalize(vision, dim=-1).T
    total = loss(cosines / 0.07, similarity)
    order = torch.tensor([2, 0, 3, 1])
    assert close(loss(cosines[order][:, order] / 0.07, similarity[order][:, order]), total)
    even = 1 + torch.eye(4)  # symmetric, so that p = q both ways
    assert loss(even.log(), even).abs() < 1e-7
    record.outputs(loss=total[None], p=checked_rows((cosines / 0.07).softmax(-1)),
                   q=targets(similarity), raw=loss(text @ vision.T, similarity)[None])
    record.gradients(total, text=text, vision=vision)
    record.write()


def insert_activation():
    """IMM: what a token selects of the picture becomes a memory slot of the feed-forward."""
    record = Record("insert-activation")
    text, vision = record.input("text", normal(2, 4, 6)), record.input("vision", normal(2, 5, 6))
    mask = record.constant("mask", mask_of_text())
    weighting = record.constant("weighting", normal(2, 4, 6) * mask[..., None])
    first, second = record.linear("first", 6, 12), record.linear("second", 12, 6)
    key, value = (record.linear(name, 6, 6, bias=False) for name in ("key", "value"))

    selection = checked_rows((text @ vision.transpose(1, 2)).softmax(-1))
    selected = selection @ vision
    keys, values = key(selected), value(selected)
    activation = F.gelu(text @ keys.transpose(1, 2)) * mask[:, None, :]
    plain = second(F.gelu(first(text)))
    y = plain + activation @ values
    tokenwise = plain + activation.diagonal(dim1=1, dim2=2)[..., None] * values

    w = record.tensors
    for b, length in enumerate((4, 3)):  # f(h [φk; K]ᵀ + [0; b₁]) [φv; V] + b₂
        slots = torch.cat([keys[b, :length], w["w.first.weight"]])
        offset = torch.cat([torch.zeros(length), w["w.first.bias"]])
        memory = torch.cat([values[b, :length], w["w.second.weight"].T])
        assert close(F.gelu(text[b] @ slots.T + offset) @ memory + w["w.second.bias"], y[b])
    record.outputs(y=y, selection=selection, activation=activation, tokenwise=tokenwise)
    record.gradients((y * weighting).sum(), text=text, vision=vision)
    record.write()


def correlated_layer():
    """MKGformer: a CLIP layer with the text as prefix, then a BERT layer that sees its result."""
    record = Record("correlated-layer")
    text, vision = record.input("text", normal(2, 4, 8)), record.input("vision", normal(2, 5, 8))
    prefix_keys = record.input("prefix.keys", normal(2, 4, 8))
    prefix_values = record.input("prefix.values", normal(2, 4, 8))
    mask = record.constant("mask", mask_of_text())
    weighting = record.constant("weighting", normal(2, 4, 8) * mask[..., None])

    norm1, norm2 = (record.norm(f"vision.layer_norm{n}", 8, 1e-5) for n in (1, 2))
    q, k, v, output = (record.linear(f"vision.self_attn.{name}_proj", 8, 8)
                       for name in ("q", "k", "v", "out"))
    fc1, fc2 = record.linear("vision.mlp.fc1", 8, 16), record.linear("vision.mlp.fc2", 16, 8)
    x = norm1(vision)
    keys, values = torch.cat([prefix_keys, k(x)], 1), torch.cat([prefix_values, v(x)], 1)
    context, _ = attention(q(x), keys, values, 2, torch.cat([mask, torch.ones(2, 5)], 1))
    seen = output(context) + vision
    inner = fc1(norm2(seen))
    out_vision = fc2(inner * torch.sigmoid(1.702 * inner)) + seen

    parts = post_norm_layer(record, "text.", 8, 16, 1e-12)
    fusion = record.linear("text.fusion", 8, 16, bias=False)

    def aggregate(context):
        weights = checked_rows((context @ out_vision.transpose(1, 2)).softmax(-1))
        record.outputs(weights=weights)
        return fusion(weights @ out_vision)

    out_text = run_post_norm(parts, text, 2, F.gelu, mask, aggregate)
    record.outputs(vision=out_vision, text=out_text)
    record.gradients((out_text * weighting).sum(), text=text, vision=vision,
                     prefix_keys=prefix_keys, prefix_values=prefix_values)
    assert (record.tensors["grad.prefix.keys"][1, 3] == 0).all()
    record.write()


def riva():
    """RIVA: the gate (RGN), a post's query over regions (VCN), language models (VLCN)."""
    # With small weights the picture hardly moves the language models: a comparison could not fail.
    record = Record("riva", spread=0.8)
    words = record.input("words", normal(2, 4, 6))
    regions = record.input("regions", normal(2, 4, 8))
    lengths = record.constant("lengths", torch.tensor([4.0, 3.0])).long()
    ids = record.constant("ids", torch.tensor([[2.0, 5, 0, 6], [1, 3, 4, 0]])).long()
    encoder = record.lstm("rgn.lstm", 6, 4, bidirectional=True)
    hidden, relation = record.linear("rgn.hidden", 8, 8), record.linear("rgn.output", 8, 2)
    query, value = (record.linear(f"vcn.{name}", 8, 8, bias=False) for name in ("query", "value"))
    entry = record.linear("vlcn.entry", 8, 6)
    models = {way: record.lstm("vlcn." + way, 6, 5) for way in ("forward", "backward")}
    vocabulary = record.linear("vlcn.output", 5, 7)

    def run(regions, gate=None):
        states, _ = pad_packed_sequence(
            encoder(pack_padded_sequence(words, lengths, batch_first=True))[0], batch_first=True)
        f_t = torch.cat([states[torch.arange(2), lengths - 1, :4], states[:, 0, 4:]], -1)
        f = f_t * regions.mean(1)
        s = checked_rows(relation(F.gelu(hidden(f))).softmax(-1))[:, 1] if gate is None else gate
        shared = value(regions)  # keys and values
        context, weights = attention(query(f_t)[:, None], shared, shared, 2)
        start = F.gelu(entry(s[:, None] * context[:, 0]))

        losses, read = {"forward": [], "backward": []}, torch.zeros(2, 4, 10)
        for b, length in enumerate(lengths.tolist()):
            order = torch.arange(length)
            for way, at in [("forward", order), ("backward", order.flip(0))]:
                states, _ = models[way](torch.cat([start[b:b + 1], words[b, at]]))
                losses[way].append(
                    F.cross_entropy(vocabulary(states[:-1]), ids[b, at], reduction="none"))
                half = slice(0, 5) if way == "forward" else slice(5, 10)
                read[b, at, half] = states[1:]
        forward, backward = (torch.cat(losses[way]).mean() for way in ("forward", "backward"))
        return s, weights[:, :, 0], context[:, 0], forward, backward, read

    s, weights, context, forward, backward, read = run(regions)
    closed = torch.zeros(2)  # with the gate at 0 the picture is without influence
    assert close(run(regions, closed)[-1], run(-regions, closed)[-1])
    record.outputs(s=s, attention=weights, context=context, forwardLoss=forward[None],
                   backwardLoss=backward[None], riva=read)
    record.gradients(forward + backward, words=words, regions=regions)
    record.write()


torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
os.makedirs(OUT, exist_ok=True)
for layer in [batch_attention, attention_mixup, attention_mixup_tags, semantic_loss, focal, isa,
              switched_loss, insert_activation, correlated_layer, riva]:
    layer()
    print(layer.__name__.replace("_", "-"))
