#!/usr/bin/env python3
"""Times Hugging Face's tokenizers on one thread over posts, for comparison with `twinlens bench`.

    TOKENIZERS_PARALLELISM=false python3 Tools/bench-tokenizers.py FOLDER POSTS.jsonl [--passes N]

FOLDER holds tokenizer.json, vocab.txt, or vocab.json with merges.txt. Each line of POSTS.jsonl is
{"words": [...]}. Prints one JSON object: the first pass and the median of the others, in seconds,
for a loop of encode() and for encode_batch(). Needs: pip install tokenizers numpy.
"""
import argparse
import json
import os
import pathlib
import statistics
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors  # noqa: E402

CLIP = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def byte_level(folder, configuration):
    """RoBERTa's or CLIP's tokenizer, as transformers builds it from vocab.json and merges.txt."""
    clip = configuration.get("tokenizer_class", "").startswith("CLIP")
    tokenizer = Tokenizer(
        models.BPE.from_file(
            str(folder / "vocab.json"),
            str(folder / "merges.txt"),
            end_of_word_suffix="</w>" if clip else "",
        )
    )
    if clip:
        start, end = "<|startoftext|>", "<|endoftext|>"
        tokenizer.normalizer = normalizers.Sequence(
            [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
        )
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(CLIP), behavior="removed", invert=True),
                pre_tokenizers.ByteLevel(add_prefix_space=False),
            ]
        )
    else:
        start, end = "<s>", "</s>"
        # Lists of words need the blank whatever the configuration says.
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    ids = {token: tokenizer.token_to_id(token) for token in (start, end)}
    tokenizer.post_processor = processors.RobertaProcessing(
        (end, ids[end]), (start, ids[start]), trim_offsets=False, add_prefix_space=not clip
    )
    return tokenizer


def load(folder):
    """The tokenizer of a folder, without truncation and padding."""
    if (folder / "tokenizer.json").exists():
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    elif (folder / "vocab.json").exists():
        path = folder / "tokenizer_config.json"
        tokenizer = byte_level(folder, json.loads(path.read_text()) if path.exists() else {})
    else:
        raise SystemExit(f"{folder}: no tokenizer.json or vocab.json")
    tokenizer.no_truncation()
    tokenizer.no_padding()
    # A special token spelled in a post is ordinary text.
    tokenizer.encode_special_tokens = True
    return tokenizer


def timed(passes, body):
    """Seconds of the first pass, the median of the others, and what body counted."""
    times = []
    count = 0
    for _ in range(passes + 1):
        start = time.perf_counter()
        count = body()
        times.append(time.perf_counter() - start)
    return {"first": times[0], "median": statistics.median(times[1:]), "pieces": count}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("posts", type=pathlib.Path)
    parser.add_argument("--passes", type=int, default=9)
    arguments = parser.parse_args()
    posts = [json.loads(line)["words"] for line in arguments.posts.read_text().splitlines()]
    tokenizer = load(arguments.folder)

    def loop():
        return sum(len(tokenizer.encode(post, is_pretokenized=True).ids) for post in posts)

    def batch():
        encodings = tokenizer.encode_batch(posts, is_pretokenized=True)
        return sum(len(encoding.ids) for encoding in encodings)

    print(
        json.dumps(
            {
                "posts": len(posts),
                "words": sum(map(len, posts)),
                "loop": timed(arguments.passes, loop),
                "batch": timed(arguments.passes, batch),
            }
        )
    )


if __name__ == "__main__":
    main()
