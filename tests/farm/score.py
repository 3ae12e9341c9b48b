#!/usr/bin/env python3
"""score.py EXPECTED.tsv FOUND.json LEAST

Precision and recall of each outcome, and of "broken" (gone, soft-404 and
suspicious taken together); what differs is listed. Fails unless every address
has a finding and all of these are at least LEAST per cent.
"""
import json
import sys

BROKEN = ("gone", "soft-404", "suspicious")
least = float(sys.argv[3])
expected = {}
for line in open(sys.argv[1], encoding="utf-8"):
    columns = line.rstrip("\n").split("\t")
    expected[columns[1]] = columns[0]
found = {row["url"]: row for row in json.load(open(sys.argv[2],
                                                   encoding="utf-8"))}


def share(part, of):
    return 100.0 * part / of if of else 100.0


def judge(name, are, said):
    """The worse of precision and recall of what is so and what is said so."""
    right = len(are & said)
    precision, recall = share(right, len(said)), share(right, len(are))
    print(f"  {name}: {len(are)} there, precision {precision:.1f} %, recall"
          f" {recall:.1f} % (goal: at least {least:g})")
    return min(precision, recall)


worst = [judge(name, {u for u, o in expected.items() if o == name},
               {u for u, r in found.items() if r["outcome"] == name})
         for name in sorted(set(expected.values()))]
worst.append(judge("broken", {u for u, o in expected.items() if o in BROKEN},
                   {u for u, r in found.items() if r["broken"]}))
for url, outcome in expected.items():
    row = found.get(url)
    if row is None:
        print(f"  NO FINDING for {url}")
    elif row["outcome"] != outcome:
        print(f"  {outcome} taken for {row['outcome']} ({row['cause']}): {url}")
strangers = set(found) - set(expected)
if strangers:
    print("  not asked for:", *sorted(strangers)[:3])
sys.exit(0 if set(expected) == set(found) and min(worst) >= least else 1)
