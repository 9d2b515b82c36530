"""Checks the line width of the project's Markdown files, and the links between them.

    python3 .ci/check_markdown.py FILE…

A line has at most 120 characters. Rows of tables, blocks of code and lines that are one link or one link's
definition may be longer: they cannot be broken.
"""

import re
import sys
from pathlib import Path

WIDTH = 120
FENCE = re.compile(r"\s*(```|~~~)")
UNBREAKABLE = re.compile(r"\s*(\||!?\[[^]]*\]\(\S+\)[.,]?$|\[[^]]+\]: \S+$|https?://\S+$)")
CODE = re.compile(r"`[^`]*`")
LINK = re.compile(r"\]\(([^)\s]+)\)|^\[[^]]+\]: (\S+)")


def lines(path):
    """The numbered lines of a file that are not in a block of code."""
    fenced = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            yield number, line


def anchors(path):
    """The names by which GitHub links to a file's headings."""
    for _, line in lines(path):
        if line.startswith("#"):
            heading = line.lstrip("#").strip().lower()
            yield re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")


def faults(path):
    for number, line in lines(path):
        if len(line) > WIDTH and not UNBREAKABLE.match(line):
            yield number, f"{len(line)} characters, at most {WIDTH} are allowed"
        for found in LINK.finditer(CODE.sub("", line)):
            target = found[1] or found[2]
            if "://" in target:
                continue
            name, _, anchor = target.partition("#")
            file = path.parent / name if name else path
            if not file.exists():
                yield number, f"the link leads to `{target}`, and there is no such file"
            elif anchor and anchor not in anchors(file):
                yield number, f"the link leads to `{target}`, and there is no such heading"


def main(names):
    if not names:
        print("name the files to check")
        return 1
    found = [f"{name}:{number}: {fault}" for name in names for number, fault in faults(Path(name))]
    print("\n".join(found) or f"{len(names)} Markdown files are as they should be")
    return 1 if found else 0


sys.exit(main(sys.argv[1:]))
