#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs search strategies of Kernel Tuner (the Python package kernel_tuner) in its simulation mode on recorded spaces and
writes which configurations they tried, in order, so that `ridge tune --score SPACE --trials FILE` scores them with the
same code, costs and budget as our own searchers.

    ridge space convert SPACE --to kernel-tuner --out space.json
    kernel_tuner_trials.py space.json --strategy genetic_algorithm --repeats 50 --evaluations 400 > trials.jsonl

One line a search: {"strategy": ..., "seed": ..., "trials": [{parameter: value, ...}, ...]}.
"""
import argparse
import contextlib
import io
import json
import os
import random
import sys


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("space", help="Kernel Tuner cache file")
    parser.add_argument("--strategy", required=True)
    parser.add_argument("--repeats", type=int, default=50)
    parser.add_argument("--evaluations", type=int, default=300, help="different configurations of each search")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def search(kernel_tuner, space, cache, strategy, evaluations):
    """Configurations that one search tried, in order."""
    names = space["tune_params_keys"]
    known = set(space["cache"])

    def inside(values):
        return ",".join(str(values[name]) for name in names) in known

    with contextlib.redirect_stdout(io.StringIO()):
        results, _ = kernel_tuner.tune_kernel(
            space["kernel_name"], "", space["problem_size"], [], space["tune_params"], restrictions=inside,
            strategy=strategy, strategy_options={"max_fevals": evaluations}, simulation_mode=True, cache=cache,
            quiet=True, iterations=1)
    return [{name: result[name] for name in names} for result in results]


def main():
    arguments = parse_arguments()
    import kernel_tuner
    import numpy
    with open(arguments.space) as file:
        space = json.load(file)
    for repeat in range(arguments.repeats):
        seed = arguments.seed + repeat
        random.seed(seed)
        numpy.random.seed(seed)
        trials = search(kernel_tuner, space, os.path.abspath(arguments.space), arguments.strategy, arguments.evaluations)
        print(json.dumps({"strategy": arguments.strategy, "seed": seed, "trials": trials}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
