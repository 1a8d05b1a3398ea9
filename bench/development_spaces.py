#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Made-up search spaces on which searchers can be developed, so that recorded ones are left to judge them.

    bench/development_spaces.py FOLDER     # writes FOLDER/*.csv.gz; `ridge tune --score` reads them

Every figure is drawn from the seed in the file's name. Three families:
  tiles    a tiled kernel on an accelerator: traffic by tile sizes, waves of blocks, occupancy by registers and shared
           memory, vector width; what needs too much memory fails; and unknown effects of single choices and of pairs
  effects  the logarithm of the time is a sum of effects of single choices and of pairs (no order among values)
  ridges   a curved valley over ordered parameters, with steps where a tile does not divide the problem
"""

import csv
import gzip
import itertools
import math
import pathlib
import random
import sys


def effects(rng, values, single, pair):
    """Of a configuration (places of its values): the sum of an effect of each choice and of each pair of them."""
    one = [[rng.gauss(0, single) for _ in v] for v in values]
    two = {(i, j): [[rng.gauss(0, pair) for _ in values[j]] for _ in values[i]]
           for i, j in itertools.combinations(range(len(values)), 2) if rng.random() < 0.4}
    return lambda c: (sum(one[i][p] for i, p in enumerate(c))
                      + sum(t[c[i]][c[j]] for (i, j), t in two.items()))


def tiles(rng):
    names = ["block_x", "block_y", "tile_x", "tile_y", "vector", "shared", "unroll", "order"]
    values = [[8, 16, 32, 48, 64, 96, 128, 256], [1, 2, 4, 8, 16], [1, 2, 3, 4, 6, 8], [1, 2, 3, 4, 6],
              [1, 2, 4], [0, 1], [1, 2, 4], [0, 1]]
    size = rng.choice([1024, 1920, 3072, 4096])
    registers_of_tile, memory = rng.uniform(2, 8), rng.choice([32, 48, 64]) * 1024
    balance, overhead = rng.uniform(0.3, 3), rng.uniform(0.01, 0.1)
    unknown = effects(rng, values, 0.03, 0.06)
    processors = rng.choice([40, 68, 108])

    def time(config, places):
        bx, by, tx, ty, vector, shared, unroll, _ = config
        threads = bx * by
        if threads < 16 or threads > 1024:
            return None
        registers = 20 + registers_of_tile * tx * ty * (1 + 0.1 * unroll) + 4 * vector
        used = 4 * (bx * tx + 14) * (by * ty + 14) if shared else 0
        if registers * threads > 65536 * 1.5 or used > memory:
            return "RuntimeFailedConfig"
        resident = max(1, min(2048 // threads, int(65536 // (registers * threads)) or 1,
                              memory * 2 // used if used else 32))
        occupancy = min(1, resident * math.ceil(threads / 32) * 32 / 2048)
        blocks = math.ceil(size / (bx * tx)) * math.ceil(size / (by * ty))
        waves = math.ceil(blocks / (processors * resident)) * processors * resident / blocks
        reads = 1 / (bx * tx) + 1 / (by * ty) + (0 if shared else 0.15 / (tx * ty) + 0.02)
        transfer = 8 * balance * reads * (1.6 if bx * 4 * vector < 128 else 1)
        compute = 0.2 * (1 + 0.4 / (tx * ty) + 0.2 / unroll) * (32 * math.ceil(threads / 32) / threads)
        rate = min(1, 0.25 + occupancy * (0.6 + 0.1 * tx * ty))
        return (max(transfer, compute) / rate * waves + overhead) * math.exp(unknown(places))

    return names, values, time


def effects_space(rng):
    values = [list(range(rng.choice([2, 3, 4, 6, 9]))) for _ in range(rng.choice([5, 6, 7]))]
    while math.prod(map(len, values)) > 12000:
        values.pop()
    unknown = effects(rng, values, 0.25, 0.2)
    names = [f"p{i}" for i in range(len(values))]
    # Letters, so that no order is seen in them.
    letters = [["abcdefghi"[p] for p in v] for v in values]
    return names, letters, lambda _, places: math.exp(unknown(places))


def ridges(rng):
    names = ["mc", "nc", "kc", "mr", "nr", "ahead"]
    values = [[16, 32, 48, 64, 96, 128, 192], [32, 64, 96, 128, 256], [64, 128, 256, 384, 512], [2, 4, 6, 8, 12],
              [2, 4, 6, 8], [0, 64, 256, 1024]]
    cache, fast = rng.uniform(2e4, 4e5), rng.uniform(12, 40)
    m, n, k = rng.choice([100, 256, 520]), rng.choice([96, 384, 1000]), rng.choice([192, 512, 1100])
    unknown = effects(rng, values, 0.02, 0.04)

    def padded(whole, part):
        return math.ceil(whole / part) * part / whole

    def time(config, places):
        mc, nc, kc, mr, nr, ahead = config
        if mc % mr:
            return None
        spill = max(0.0, mr * nr / fast - 1)
        misses = abs(math.log(4 * (mc * kc + kc * nr) / cache))
        reuse = 1 + 0.8 / mr + 0.8 / nr + 1.5 * spill
        return (reuse * (1 + 0.15 * misses ** 1.5) * padded(m, mc) ** 0.5 * padded(m, mr) * padded(n, nr * 4)
                * padded(k, kc) ** 0.3 * (1 + 20 / nc) * (1 + 0.05 * abs(ahead - 256) / 256)
                * math.exp(unknown(places)))

    return names, values, time


def write(path, family, seed):
    rng = random.Random(f"{family} {seed}")
    names, values, time = family(rng)
    with gzip.open(path, "wt", newline="") as file:
        out = csv.writer(file)
        out.writerow([*names, "status", "time_ms", "compile_ms", "benchmark_ms"])
        for places in itertools.product(*(range(len(v)) for v in values)):
            config = [values[i][p] for i, p in enumerate(places)]
            found = time(config, places)
            if found is None:
                continue
            failed = isinstance(found, str)
            measured = "" if failed else found * math.exp(rng.gauss(0, 0.005))
            compile_ms = 400 * math.exp(rng.gauss(0, 0.1))
            out.writerow([*config, found if failed else "ok", measured, compile_ms,
                          0 if failed else 40 * measured])


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for family in (tiles, effects_space, ridges):
        for seed in (1, 2, 3):
            write(folder / f"{family.__name__.removesuffix('_space')}-{seed}.csv.gz", family, seed)


if __name__ == "__main__":
    main()
