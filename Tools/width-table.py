#!/usr/bin/env python3
"""Writes Sources/Screen/TextWidth+Table.swift from Python's view of the Unicode data.

    python3 Tools/width-table.py > Sources/Screen/TextWidth+Table.swift

Uses the package `unicodedata2` when it is there (newer data than the interpreter's own).
"""
try:
    import unicodedata2 as data
except ImportError:
    import unicodedata as data


def ranges(test):
    """Closed ranges of the scalars that pass; unassigned gaps inside a wide block are not joined."""
    out, start = [], None
    for code in range(0x110000 + 1):
        inside = code < 0x110000 and not 0xD800 <= code < 0xE000 and test(code)
        if inside and start is None:
            start = code
        if not inside and start is not None:
            out.append((start, code - 1))
            start = None
    return out


def wide(code):
    return data.east_asian_width(chr(code)) in "WF"


def zero(code):
    # Hangul vowels and final consonants join the syllable before them.
    if 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF:
        return True
    kind = data.category(chr(code))
    if kind in ("Mn", "Me"):
        return True
    # Invisible controls; the Arabic and Kaithi number signs are visible, the soft hyphen is drawn.
    return kind == "Cf" and code != 0xAD and "SIGN" not in data.name(chr(code), "") and code not in (
        0x06DD, 0x070F, 0x08E2)


def show(name, text, pairs):
    print(f"  /// {text}")
    print(f"  static let {name}: [ClosedRange<UInt32>] = [")
    line = "   "
    for low, high in pairs:
        item = f" 0x{low:X}...0x{high:X},"
        if len(line) + len(item) > 98:
            print(line)
            line = "   "
        line += item
    print(line)
    print("  ]")


print("// Made by Tools/width-table.py; do not edit.\n")
print("extension TextWidth {")
print("  /// The version of the Unicode data behind the tables.")
print(f'  public static let unicodeVersion = "{data.unidata_version}"\n')
show("wide", "East Asian Width W or F; this includes every emoji shown as a picture by default.",
     ranges(wide))
print()
show("zero", "Marks that take no cell of their own, and invisible format controls.", ranges(zero))
print("}")
