#!/usr/bin/env python3
"""score.py EXPECTED.tsv FOUND.json LEAST

Precision and recall of each outcome, and of "broken" (gone, soft-404 and
suspicious taken together); what differs is listed. Fails unless every address
has a finding and the precision of "broken" is at least LEAST per cent.
"""
import json
import sys

BROKEN = ("gone", "soft-404", "suspicious")
expected = {}
for line in open(sys.argv[1], encoding="utf-8"):
    columns = line.rstrip("\n").split("\t")
    expected[columns[1]] = columns[0]
found = {row["url"]: row for row in json.load(open(sys.argv[2],
                                                   encoding="utf-8"))}


def share(part, of):
    return 100.0 * part / of if of else 100.0


def line(name, right, said, are):
    print(f"  {name:<12} {are:>5} {said:>6} {share(right, said):>9.1f} %"
          f" {share(right, are):>7.1f} %")


print(f"  {'outcome':<12} {'there':>5} {'found':>6} {'precision':>11}"
      f" {'recall':>9}")
for name in sorted(set(expected.values())):
    are = {u for u, o in expected.items() if o == name}
    said = {u for u, r in found.items() if r["outcome"] == name}
    line(name, len(are & said), len(said), len(are))
are = {u for u, o in expected.items() if o in BROKEN}
said = {u for u, r in found.items() if r["broken"]}
line("broken", len(are & said), len(said), len(are))
for url, outcome in expected.items():
    row = found.get(url)
    if row is None:
        print(f"  NO FINDING for {url}")
    elif row["outcome"] != outcome:
        print(f"  {outcome} taken for {row['outcome']} ({row['cause']}): {url}")
strangers = set(found) - set(expected)
if strangers:
    print("  not asked for:", *sorted(strangers)[:3])
good = (set(expected) == set(found)
        and share(len(are & said), len(said)) >= float(sys.argv[3])
        and share(len(are & said), len(are)) >= float(sys.argv[3]))
sys.exit(0 if good else 1)
