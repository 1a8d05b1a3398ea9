#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs search strategies of Kernel Tuner (the Python package kernel_tuner) in its simulation mode on recorded spaces and
writes which configurations they tried, in order, so that `ridge tune --score SPACE --trials FILE` scores them with the
same code, costs and budget as our own searchers.

    ridge space convert SPACE --to kernel-tuner --out space.json
    kernel_tuner_trials.py space.json --strategy genetic_algorithm --repeats 50 --evaluations 400 --budget 445 > trials.jsonl

One line a search: {"strategy": ..., "seed": ..., "trials": [{parameter: value, ...}, ...], "ended": ...}, each configuration
once. A search ends by itself, with its budget of recorded seconds, or when it has used its processor time: some go on for
ever without a new configuration.
"""
import argparse
import contextlib
import io
import json
import os
import random
import signal
import sys


class Ended(BaseException):
    """A search has used what it was given."""


class Watch:
    """Sees the configurations of one search as Kernel Tuner's simulation answers them, and ends it."""

    def __init__(self, space, budget_s):
        self.names = space["tune_params_keys"]
        self.cache = space["cache"]
        self.left_ms = budget_s * 1e3
        self.seen = {}

    def key(self, values):
        return ",".join(str(value) for value in values)

    def see(self, values):
        key = self.key(values)
        if key in self.seen:
            return
        self.seen[key] = dict(zip(self.names, values))
        self.left_ms -= sum(self.cache[key].get(part) or 0 for part in (
            "compile_time", "benchmark_time", "verification_time", "framework_time", "strategy_time"))
        if self.left_ms < 0:
            raise Ended("budget")

    def over(self, runner_class):
        """The class's run() under this watch."""
        plain = runner_class.run

        def run(runner, configurations, tuning_options):
            configurations = list(configurations)
            results = plain(runner, configurations, tuning_options)
            for values, result in zip(configurations, results):
                if result is not None:
                    self.see(values)
            return results

        runner_class.run = run
        return plain


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("space", help="Kernel Tuner cache file")
    parser.add_argument("--strategy", required=True)
    parser.add_argument("--repeats", type=int, default=50)
    parser.add_argument("--evaluations", type=int, default=300, help="different configurations of each search")
    parser.add_argument("--budget", type=float, default=float("inf"), help="recorded seconds of each search")
    parser.add_argument("--processor-time", type=float, default=120, help="seconds of each search")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def out_of_time(*_):
    raise Ended("processor time")


def search(space, cache, strategy, evaluations, watch, processor_s):
    """Lets one search go, under the watch; what ended it."""
    import kernel_tuner
    from kernel_tuner.runners.simulation import SimulationRunner

    def inside(values):
        return watch.key(values[name] for name in watch.names) in watch.cache

    plain = watch.over(SimulationRunner)
    signal.signal(signal.SIGVTALRM, out_of_time)
    signal.setitimer(signal.ITIMER_VIRTUAL, processor_s)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            kernel_tuner.tune_kernel(
                space["kernel_name"], "", space["problem_size"], [], space["tune_params"],
                restrictions=inside,
                strategy=strategy, strategy_options={"max_fevals": evaluations}, simulation_mode=True, cache=cache,
                quiet=True, iterations=1)
        return "itself"
    except Ended as end:
        return str(end)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        SimulationRunner.run = plain


def main():
    arguments = parse_arguments()
    import numpy
    with open(arguments.space) as file:
        space = json.load(file)
    for repeat in range(arguments.repeats):
        seed = arguments.seed + repeat
        random.seed(seed)
        numpy.random.seed(seed)
        watch = Watch(space, arguments.budget)
        ended = search(space, os.path.abspath(arguments.space), arguments.strategy, arguments.evaluations, watch,
                       arguments.processor_time)
        print(json.dumps({"strategy": arguments.strategy, "seed": seed, "trials": list(watch.seen.values()), "ended": ended}),
              flush=True)


if __name__ == "__main__":
    sys.exit(main())
