#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does racing find the same winners as a fixed number of repeats, and in how much of the kernels' running time?

    bench/racing.py --ridge build/release/bin/ridge [--suite FILE] [--configs 24] [--repeats 20] [--seeds 3]

For each seed three campaigns try the same configurations of the same calls: two with a fixed number of samples each (A and A'),
one that races (B). B agrees with A on a call when B's winner is A's, or when A measured the two with overlapping 95 % intervals
of the median; how often A' agrees with A in the same sense is what noise alone leaves of agreement. The kernel-running time is the
sum of all samples, finals included.
"""
import argparse
import collections
import os
import sqlite3
import struct
import subprocess
import sys
import tempfile

CALLS = ["gemm m=1 n=4096 k=4096 a=fp32 w=fp32 c=fp32", "gemm m=128 n=2048 k=2048 a=fp32 w=fp32 c=fp32",
         "gemm m=128 n=2048 k=2048 a=int8 w=int8 c=int32", "rmsnorm rows=2048 n=4096 x=fp32",
         "attention batch=1 heads=8 kv_heads=8 head_dim=128 queries=256 context=256 q=fp32 kv=fp32",
         "stream_copy n=4194304 x=fp32"]
Row = collections.namedtuple("Row", "call key round median low high samples_s")


def campaign(arguments, folder, name, seed, extra):
    store = os.path.join(folder, "%s-%d.db" % (name, seed))
    subprocess.run([arguments.ridge, "tune", "--db", store, "--suite", arguments.suite, "--searcher", "random", "--seed", str(seed),
                    "--max-configs", str(arguments.configs), "--max-samples", str(arguments.repeats), "--target", "1e-9",
                    "--sample-time", "30", "--no-prior", "--quiet", "--format", "csv", *extra],
                   check=True, stdout=subprocess.DEVNULL)
    query = """SELECT k.text || ' ' || m.cache, i.name || ' ' || f.text, m.round, m.median_s, m.low_s, m.high_s, m.samples
        FROM measurement m JOIN call k ON k.id = m.call_id JOIN implementation i ON i.id = m.implementation_id
        JOIN config f ON f.id = m.config_id WHERE m.status = 'ok'"""
    with sqlite3.connect(store) as connection:
        return [Row(*row[:6], sum(struct.unpack("<%dd" % (len(row[6]) // 8), row[6]))) for row in connection.execute(query)]


def winners(rows):
    """The configuration with the least median of each call, by its latest round."""
    latest = {}
    for row in sorted(rows, key=lambda row: row.round):
        latest[row.call, row.key] = row
    best = {}
    for row in latest.values():
        if row.call not in best or row.median < best[row.call].median:
            best[row.call] = row
    return best


def agreement(reference, other):
    """Calls on which the winners agree by the reference's intervals, and all calls."""
    by_key = {(row.call, row.key): row for row in reference if row.round == 0}
    best, agreed = winners(reference), 0
    for call, winner in winners(other).items():
        seen = by_key.get((call, winner.key))
        agreed += seen is not None and seen.low <= by_key[call, best[call].key].high
    return agreed, len(best)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ridge", required=True)
    parser.add_argument("--suite")
    parser.add_argument("--configs", type=int, default=24)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if not arguments.suite:
            arguments.suite = os.path.join(folder, "racing.json")
            with open(arguments.suite, "w") as file:
                lines = ",".join('{"call": "%s", "cache": "cold"}' % call for call in CALLS)
                file.write('{"name": "racing", "version": 1, "description": "", "calls": [%s]}' % lines)
        fixed = ["--no-race", "--finalists", "0"]
        print("seed  A' agrees with A  B agrees with A  B's time over A's  A'  configurations")
        for seed in range(1, arguments.seeds + 1):
            first, again = (campaign(arguments, folder, name, seed, fixed) for name in ("a", "again"))
            raced = campaign(arguments, folder, "b", seed, [])
            seconds = [sum(row.samples_s for row in rows) for rows in (first, again, raced)]
            print("%4d  %7d of %-3d %10d of %-3d %18.3f %9.3f %6d" % (
                seed, *agreement(first, again), *agreement(first, raced), seconds[2] / seconds[0], seconds[1] / seconds[0], len(first)))
            sys.stdout.flush()


main()
