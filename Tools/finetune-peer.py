#!/usr/bin/env python3
"""What `twinlens train bert-crf --peer PYTHON` and `train mtb` measure beside Twinlens: PyTorch with the same recipe.

    finetune-peer.py bert-crf|mtb --encoder DIR --dataset PATH --settings JSON

Shuffled batches, padded to their longest input; everything else is the recipe's. Prints JSON lines: {"name": ...},
then {"epoch": {"epoch": 1, "loss": ..., "dev": ..., "seconds": ..., "scoring": ..., "steps": ...}} after each epoch.
Needs torch and transformers.
"""
import argparse
import ast
import json
import os
import random
import sys
import time
import warnings

warnings.filterwarnings("ignore")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import torch
import transformers

transformers.utils.logging.disable_progress_bar()

TYPES = ["PER", "LOC", "ORG", "MISC"]
MARKERS = ["<s>", "</s>", "<o>", "</o>"]


def splits(path):
    """Text files of the train and the dev split."""
    files = {}
    for name in sorted(os.listdir(path)):
        words = "".join(c if c.isalpha() else " " for c in name.lower().rsplit(".", 1)[0]).split()
        if not name.endswith(".txt"):
            continue
        for word, split in [("train", "train"), ("valid", "dev"), ("val", "dev"), ("dev", "dev")]:
            if word in words:
                files[split] = os.path.join(path, name)
    return files["train"], files["dev"]


def read_entities(path):
    """[(words, tags)] of an MNER text file; tags are numbers: O, then B and I of each type."""
    names = ["O"] + [f"{p}-{t}" for t in TYPES for p in "BI"]
    posts, words, tags = [], [], []
    for line in open(path, encoding="utf-8", newline="\n"):
        line = line.rstrip("\n")
        if line.startswith("IMGID:") or not line:
            if words:
                posts.append((words, tags))
            words, tags = [], []
        else:
            word, tag = line.split("\t")
            words.append(word)
            tags.append(names.index(tag.replace("OTHER", "MISC")))
    if words:
        posts.append((words, tags))
    return posts


def chunks(tags):
    """Lenient mentions of a path."""
    found, start = set(), None
    for i, tag in enumerate(list(tags) + [0]):
        kind, begins = (tag - 1) // 2, tag % 2 == 1
        if start is not None and (tag == 0 or begins or kind != (tags[start] - 1) // 2):
            found.add((start, i, (tags[start] - 1) // 2))
            start = None
        if tag and start is None:
            start = i
    return found


class CRF(torch.nn.Module):
    """A linear-chain CRF over batches whose masks are aligned to the left."""

    def __init__(self, k):
        super().__init__()
        for name, shape in [("start", (k,)), ("end", (k,)), ("move", (k, k))]:
            setattr(self, name, torch.nn.Parameter(torch.empty(shape).uniform_(-0.1, 0.1)))

    def loss(self, e, tags, mask):
        b = torch.arange(len(e))
        last = mask.sum(1) - 1
        score = self.start[tags[:, 0]] + e[b, 0, tags[:, 0]] + self.end[tags[b, last]]
        alpha = self.start + e[:, 0]
        for t in range(1, e.shape[1]):
            on = mask[:, t]
            score = score + on * (self.move[tags[:, t - 1], tags[:, t]] + e[b, t, tags[:, t]])
            step = torch.logsumexp(alpha[:, :, None] + self.move, 1) + e[:, t]
            alpha = torch.where(on[:, None], step, alpha)
        return (torch.logsumexp(alpha + self.end, 1) - score).mean()

    def decode(self, e):
        """The best path of one sequence."""
        best, back = self.start + e[0], []
        for row in e[1:]:
            best, where = (best[:, None] + self.move).max(0)
            best = best + row
            back.append(where.tolist())
        path = [int((best + self.end).argmax())]
        for where in reversed(back):
            path.append(where[path[-1]])
        return path[::-1]


class Entities(torch.nn.Module):
    def __init__(self, args, settings):
        super().__init__()
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(args.encoder)
        self.longest = settings["longest"]
        train, dev = splits(args.dataset)
        self.train_items = [self.item(*p) for p in read_entities(train)]
        self.dev_items = [self.item(*p) for p in read_entities(dev)]
        self.bert = transformers.AutoModel.from_pretrained(args.encoder, add_pooling_layer=False, dtype=torch.float32)
        k = 1 + 2 * len(TYPES)
        self.classifier = torch.nn.ModuleDict(
            {"drop": torch.nn.Dropout(0.1), "out": torch.nn.Linear(self.bert.config.hidden_size, k), "crf": CRF(k)})
        torch.nn.init.normal_(self.classifier["out"].weight, std=0.02)
        torch.nn.init.zeros_(self.classifier["out"].bias)

    def item(self, words, tags):
        ids, firsts = [], []
        for word in words:
            firsts.append(len(ids) + 1)
            ids += self.tokenizer.encode(word, add_special_tokens=False) or [self.tokenizer.unk_token_id]
        ids = ids[: self.longest - 2]
        firsts = [f for f in firsts if f <= len(ids)]
        return [self.tokenizer.cls_token_id] + ids + [self.tokenizer.sep_token_id], firsts, tags

    def emissions(self, items):
        ids, mask = padded([i[0] for i in items])
        firsts, words = padded([i[1] for i in items])
        h = self.bert(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        h = h.gather(1, firsts[:, :, None].expand(-1, -1, h.shape[2]))
        return self.classifier["out"](self.classifier["drop"](h)), words

    def loss(self, items):
        e, mask = self.emissions(items)
        tags, _ = padded([i[2][: len(i[1])] for i in items])
        return self.classifier["crf"].loss(e, tags, mask)

    def score(self):
        right = told = gold = 0
        for items in batches(self.dev_items, 32):
            e, mask = self.emissions(items)
            for row, on, item in zip(e, mask, items):
                mine = chunks(self.classifier["crf"].decode(row[: int(on.sum())]))
                true = chunks(item[2])
                right, told, gold = right + len(mine & true), told + len(mine), gold + len(true)
        return 200 * right / max(1, told + gold)


class Pairs(torch.nn.Module):
    def __init__(self, args, settings):
        super().__init__()
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(args.encoder)
        self.tokenizer.add_special_tokens({"additional_special_tokens": MARKERS})
        self.marks = self.tokenizer.convert_tokens_to_ids(MARKERS)
        self.longest = settings["longest"]
        train, dev = ([ast.literal_eval(line) for line in open(p, encoding="utf-8") if line.strip()]
                      for p in splits(args.dataset))
        self.labels = ["None"] + sorted({p["relation"] for p in train + dev} - {"None"})
        self.train_items, self.dev_items = [self.item(p) for p in train], [self.item(p) for p in dev]
        self.bert = transformers.AutoModel.from_pretrained(args.encoder, add_pooling_layer=False, dtype=torch.float32)
        self.bert.resize_token_embeddings(len(self.tokenizer), mean_resizing=False)
        d = 2 * self.bert.config.hidden_size
        self.classifier = torch.nn.Sequential(
            torch.nn.Linear(d, d), torch.nn.Dropout(0.5), torch.nn.Linear(d, len(self.labels)))

    def item(self, pair):
        (h0, h1), (t0, t1) = pair["h"]["pos"], pair["t"]["pos"]
        ids = []
        for i in range(len(pair["token"]) + 1):
            ids += [m for place, m in [(h1, 1), (t1, 3), (h0, 0), (t0, 2)] if place == i for m in [self.marks[m]]]
            if i < len(pair["token"]):
                ids += self.tokenizer.encode(pair["token"][i], add_special_tokens=False, split_special_tokens=True)
        ids = [self.tokenizer.cls_token_id] + ids[: self.longest - 2] + [self.tokenizer.sep_token_id]
        where = [ids.index(self.marks[m]) if self.marks[m] in ids else len(ids) - 1 for m in (0, 2)]
        return ids, where, self.labels.index(pair["relation"])

    def logits(self, items):
        ids, mask = padded([i[0] for i in items])
        h = self.bert(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        b = torch.arange(len(items))
        at = torch.tensor([i[1] for i in items])
        return self.classifier(torch.cat([h[b, at[:, 0]], h[b, at[:, 1]]], 1))

    def loss(self, items):
        return torch.nn.functional.cross_entropy(self.logits(items), torch.tensor([i[2] for i in items]))

    def score(self):
        right = told = gold = 0
        for items in batches(self.dev_items, 32):
            for mine, item in zip(self.logits(items).argmax(1).tolist(), items):
                right += mine == item[2] != 0
                told += mine != 0
                gold += item[2] != 0
        return 200 * right / max(1, told + gold)


def padded(rows):
    """Rows of numbers filled up with 0, and where they are real."""
    length = max(len(r) for r in rows)
    return (torch.tensor([r + [0] * (length - len(r)) for r in rows]),
            torch.tensor([[True] * len(r) + [False] * (length - len(r)) for r in rows]))


def batches(items, size):
    """Items of similar length, for computing only."""
    items = sorted(items, key=lambda i: len(i[0]))
    return [items[i : i + size] for i in range(0, len(items), size)]


def say(**value):
    print(json.dumps(value), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["bert-crf", "mtb"])
    for name in ["--encoder", "--dataset", "--settings"]:
        parser.add_argument(name, required=True)
    args = parser.parse_args()
    settings = json.loads(args.settings)
    torch.set_num_threads(int(os.environ.get("TWINLENS_THREADS") or os.cpu_count() or 1))
    torch.manual_seed(settings["seed"])
    random.seed(settings["seed"])
    say(name=f"PyTorch {torch.__version__.split('+')[0]}")
    model = (Entities if args.task == "bert-crf" else Pairs)(args, settings)
    groups = [([p for n, p in model.named_parameters() if not n.startswith("classifier.")], settings["encoderRate"]),
              ([p for n, p in model.named_parameters() if n.startswith("classifier.")], settings["headRate"])]
    optimizer = torch.optim.AdamW([{"params": p, "lr": rate} for p, rate in groups], weight_decay=settings["decay"])
    size, epochs = settings["batch"], settings["epochs"]
    steps = (len(model.train_items) + size - 1) // size
    warm, total = settings["warmUp"] * steps * epochs, steps * epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: s / warm if s < warm else max(0.0, (total - s) / (total - warm)))
    for epoch in range(epochs):
        order = random.sample(model.train_items, len(model.train_items))
        begin, sum_ = time.perf_counter(), 0.0
        model.train()
        for start in range(0, len(order), size):
            optimizer.zero_grad()
            loss = model.loss(order[start : start + size])
            loss.backward()
            optimizer.step()
            schedule.step()
            sum_ += float(loss.detach())
        trained = time.perf_counter()
        model.eval()
        with torch.inference_mode():
            dev = model.score()
        say(epoch={"epoch": epoch + 1, "loss": sum_ / steps, "dev": dev, "seconds": trained - begin,
                   "scoring": time.perf_counter() - trained, "steps": steps})


main()
