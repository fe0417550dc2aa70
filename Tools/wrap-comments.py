#!/usr/bin/env python3
"""Wraps comments of Swift files that are past 100 columns, paragraph by paragraph.

    python3 Tools/wrap-comments.py FOLDER...

The formatter leaves comments as they are. Paragraphs within the limit, lists and code stay too.
"""
import pathlib
import re
import sys

LIMIT = 100
COMMENT = re.compile(r"^(\s*)(///?) ?(.*)$")
# A list item, a table row, a heading, a quotation or code begins a paragraph of its own.
BREAK = re.compile(r"\s*([-*|#>]|\d+\.|```| {4})")


def paragraphs(lines):
    """The lines of one comment, grouped; an empty line is a group of its own."""
    group = []
    for line in lines:
        if group and (not line.strip() or BREAK.match(line)):
            yield group
            group = []
        if line.strip():
            group.append(line)
        else:
            yield [line]
    if group:
        yield group


def wrapped(group, prefix):
    """The paragraph within the limit; continued list items hang by two columns."""
    indent = group[0][: len(group[0]) - len(group[0].lstrip())]
    hang = indent + ("  " if group[0].lstrip()[:1] in "-*" else "")
    words = " ".join(line.strip() for line in group).split(" ")
    line = indent + words[0]
    for word in words[1:]:
        if len(prefix + line + " " + word) > LIMIT:
            yield prefix + line
            line = hang + word
        else:
            line += " " + word
    yield prefix + line


def rewrite(text):
    result = []
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        head = COMMENT.match(lines[at])
        if not head:
            result.append(lines[at])
            at += 1
            continue
        start, block = at, []
        while at < len(lines) and (line := COMMENT.match(lines[at])) and line[1] == head[1] \
                and line[2] == head[2]:
            block.append(line[3])
            at += 1
        if all(len(line) <= LIMIT for line in lines[start:at]):
            result += lines[start:at]
            continue
        prefix = head[1] + head[2] + " "
        for group in paragraphs(block):
            if all(len(prefix + line) <= LIMIT for line in group) or group[0].startswith("    "):
                result += [(prefix + line).rstrip() for line in group]
            else:
                result += wrapped(group, prefix)
    return "\n".join(result)


for folder in sys.argv[1:]:
    for path in sorted(pathlib.Path(folder).rglob("*.swift")):
        old = path.read_text(encoding="utf-8")
        new = rewrite(old)
        if new != old:
            path.write_text(new, encoding="utf-8")
            print(path)
