#!/usr/bin/env python3
"""Makes the mistakes that people make in the lines of the tables beside this file, and prints what two programs judge
differently: the exit codes of both, what was done, and the line.

    unshare -n sh -c '… ./mutate.py [SEED [COUNT]] /usr/sbin/keepalived target/debug/keepalived-lite'

The namespace is that of measure.py. What keepalived makes of a line that turns out to be new goes into mistakes.tsv.
"""
import os
import random
import re
import sys

from measure import HERE, places, text, verdict

VALUES = """-1|-0|+5|0|007|0x10|1.5|.5|1e3|5s|5;|5,|5%|65536|4294967296|99999999999999999999|""|"5"|" 5"|'5'|"5|1-5|on|abc|é
    192.0.2.300|192.0.2.1/33|192.0.2.1/|192.0.2.1:80|192.0.2.1-5|2001:db8::1|fe80::1%eth0|\\#5|5\\!"""
VALUES = [value.strip() for line in VALUES.splitlines() for value in line.split("|")]
BEHIND = ["extra", '"x y"', "{", "}", "{ }", "\\", "#c", "!c", "-1", "weight 5"]


def lines():
    for table, column in [("verdicts.tsv", 2), ("words.tsv", 3)]:
        for row in open(os.path.join(HERE, table)).read().splitlines()[1:]:
            cells = row.split("\t")
            elsewhere = re.match(r"\[(.*?)\] (.*)", cells[column])
            yield elsewhere.groups() if elsewhere else (cells[0], cells[column])


def mutated(draw, line):
    """One mistake in a line: what it is, and what becomes of the line."""
    words = list(re.finditer(r'"[^"]*"|[^\s{}"]+|[{}]', line.replace("\\n", "  ")))
    word = draw.choice(words)
    start, end, written = word.start(), word.end(), word.group()
    swapped = list(written)
    if len(swapped) > 1:
        at = draw.randrange(len(swapped) - 1)
        swapped[at], swapped[at + 1] = swapped[at + 1], swapped[at]
    what, instead = draw.choice([
        ("left out", ""),
        ("twice", f"{written} {written}"),
        ("misspelt", "".join(swapped)),
        ("in capitals", written.swapcase()),
        ("in quotes", f'"{written}"'),
        ("a quote before it", f'"{written}'),
        ("on a line of its own", f"\\n{written}"),
        ("glued", written + draw.choice([";", ",", "#", "!", "\\", "s", "\u00a0"])),
        ("another value", draw.choice(VALUES)),
        ("another value", draw.choice(VALUES)),
        ("something behind it", f"{written} {draw.choice(BEHIND)}"),
    ])
    return f"{what}: {written}", line[:start] + instead + line[end:]


def main():
    *numbers, one, other = sys.argv[1:]
    seed, count = (*map(int, numbers), *[1, 500][len(numbers):])
    draw, around, known = random.Random(seed), places(), list(lines())
    differ = 0
    for _ in range(count):
        block, line = draw.choice(known)
        what, new = mutated(draw, line)
        if not new.strip() or new.startswith("\\n"):
            continue
        config = text(around[block], new)
        codes = [verdict(program, config).split()[0] for program in (one, other)]
        if codes[0] != codes[1]:
            differ += 1
            print(*codes, what, block, new, sep="\t")
    print(f"seed {seed}: {differ} of {count} differ", file=sys.stderr)


main()
