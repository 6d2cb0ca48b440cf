#!/usr/bin/env python3
"""Asks keepalived about every line in the tables beside this file and writes what it says into them.

    unshare -n sh -c 'for i in 0 1 2; do ip link add eth$i type veth peer name p$i; ip link set eth$i up;
        ip link set p$i up; ip addr add 192.0.2.$((i + 1))/24 dev eth$i; done; ip link set lo up
        ./measure.py /usr/sbin/keepalived /path/to/keepalived-2.4.3'

A verdict is the exit code of `keepalived -t`, and after a blank the kind of its first complaint.
"""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = [
    ("not-built", r"not supported, using"),
    ("unknown-keyword", r"Unknown keyword"),
    ("deprecated", r"deprecated|no longer|please replace|please use|has been replaced|obsolete"),
    ("range", r"out of range|outside"),
    ("undefined", r"not found|not configured|n.t exist|has no|unable to find|Unable to resolve"),
    ("cut", r"runcat"),
    ("missing", r"requires|missing|need|Missing|without|must be specified|specif|No .* given"),
    ("range", r"range|must be|greater|less than|too long|exceed"),
    ("number", r"number|Invalid number"),
    ("address", r"address|\bIP\b|inet"),
    ("interface", r"interface"),
    ("unknown-word", r"[Uu]nknown|[Uu]nrecognised|not recognised|[Ii]nvalid|[Ww]rong|extra|nexpected"),
]


def places():
    found, name = {}, None
    for line in open(os.path.join(HERE, "places.conf")):
        if line.startswith("== "):
            name = line[3:].strip()
            found[name] = []
        elif name is not None:
            found[name].append(line)
    return found


def indent(line):
    return len(line) - len(line.lstrip())


def text(around, line):
    keyword = line.split()[0]
    place = next(at for at, other in enumerate(around) if other.strip() == "%")
    depth = indent(around[place])
    first, last = place, place
    while first > 0 and indent(around[first - 1]) >= depth:
        first -= 1
    while last + 1 < len(around) and indent(around[last + 1]) >= depth:
        last += 1

    def replaced(at, other):
        same = other.split()[0] == keyword and indent(other) == depth
        return first <= at <= last and same and not other.rstrip().endswith("{")

    kept = [other for at, other in enumerate(around) if not replaced(at, other)]
    return "".join(kept).replace("%", line.replace("\\n", "\n"))


def verdict(program, config):
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(config)
        file.flush()
        command = [program, "-t", "-f", file.name]
        try:
            ran = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=10)
        except subprocess.TimeoutExpired:
            return "hang"
    if ran.returncode < 0:
        return "crash"
    said = [line for line in (ran.stderr + ran.stdout).splitlines() if line.strip()]
    if not said:
        return str(ran.returncode)
    kind = next((kind for kind, words in KINDS if re.search(words, said[0])), "other")
    return f"{ran.returncode} {kind}"


def ask(programs, around, block, line):
    elsewhere = re.match(r"\[(.*?)\] (.*)", line)
    if elsewhere:
        block, line = elsewhere.groups()
    config = text(around[block], line)
    return [verdict(program, config) for program in programs]


def main():
    programs = sys.argv[1:3]
    around = places()
    for table in ["verdicts.tsv", "edges.tsv", "words.tsv", "mistakes.tsv"]:
        path = os.path.join(HERE, table)
        head, *rows = [line.rstrip("\n").split("\t") for line in open(path)]
        # A line, and behind it what each of the programs says about it.
        lines = [at - 1 for at, title in enumerate(head) if title == "2.2.7"]
        with open(path, "w") as out:
            print(*head, sep="\t", file=out)
            for row in rows:
                for at in lines:
                    row[at + 1 : at + 3] = ask(programs, around, row[0], row[at])
                print(*row, sep="\t", file=out)


if __name__ == "__main__":
    main()
