#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our operators beside other libraries' in one interleaved run, through the bench protocol.

    ridge tune --suite speed --db speed.db
    bench/compare.py --suite configs/suites/speed.json --ours build/release/bin/ridge-worker-host --store speed.db \
        --peer "python3 bench/peers/torch_worker.py" [--match TEXT,TEXT] [--tries 12] [--rounds 9] [--csv FILE]
    bench/compare.py --suite … --ours … --store speed.db --roof read --ridge build/release/bin/ridge

For each call of the suite every implementation of ours takes part with the best configuration that the store has of it; of those, and of
peers with parameters, that the store does not know, a few seeded configurations are tried and the fastest is kept. Then all take turns in a new random order each round, a sample or a few at a time. The table gives the medians:
the best of ours against the best of all others, where the implementations of our own worker that wrap a library (openblas,
onednn, mkl) count as others. The last lines are the geometric mean and the worst ratio (above 1: ours is faster).
Results are checked against the fp64 reference where a configuration is chosen, not again in the rounds.

With --roof read or copy, each sample stands between two samples of our stream over 256 MiB, and the share of the roof is the
bytes that the call has to move (`ridge predict`) over its time over the stream's rate: the median over the rounds in which the two
streams agree within an eighth, since neighbours change the rate of the memory of a virtual machine. For a warm call the stream moves as
many bytes as the call and stays warm as well: the share is one of the cache's rate.
"""
import argparse
import csv
import json
import math
import random
import shlex
import sqlite3
import statistics
import subprocess
import sys

STREAM_BYTES = {"read": 4, "copy": 8}  # of an element
FROM_MEMORY = 67108864  # elements that no cache holds
LIBRARIES = {"openblas", "onednn", "mkl", "cublaslt", "cusparselt", "hipblaslt"}


class Worker:
    def __init__(self, command, is_ours):
        self.command, self.is_ours, self.count = command, is_ours, 0
        self.process = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        if not self.process.stdout.readline():
            sys.exit("compare: '%s' does not greet; is it a worker of the bench protocol?" % command)
        self.implementations = self.ask("describe")["implementations"]

    def ask(self, kind, **fields):
        self.count += 1
        try:
            self.process.stdin.write(json.dumps({"id": self.count, "request": kind, **fields}) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            sys.exit("compare: '%s' ended in the middle" % self.command)
        return json.loads(answer)


class Tuned:
    """The best configurations in a store: of each call, cache state and implementation the one with the least median."""

    def __init__(self, path):
        self.best = {}
        if path:
            query = """SELECT k.text, m.cache, i.name, f.parameters, m.median_s FROM measurement m
                JOIN call k ON k.id = m.call_id JOIN implementation i ON i.id = m.implementation_id
                JOIN config f ON f.id = m.config_id WHERE m.status = 'ok' ORDER BY m.median_s DESC"""
            with sqlite3.connect("file:%s?mode=ro" % path, uri=True) as store:
                for call, cache, name, parameters, _ in store.execute(query):
                    self.best[call, cache, name] = json.loads(parameters)

    def config(self, candidate):
        return self.best.get((candidate.call, candidate.cache, candidate.info["name"]))


class Candidate:
    def __init__(self, worker, info, call, cache):
        self.worker, self.info, self.call, self.cache = worker, info, call, cache
        self.config, self.samples, self.shares = {}, [], []
        self.is_ours = worker.is_ours and info["name"] not in LIBRARIES

    def measure(self, config, samples, seconds, verify=True):
        budget = {"target": 1e-9, "max_time_s": seconds, "min_samples": 1, "max_samples": samples, "timeout_s": 600}
        answer = self.worker.ask("measure", call=self.call, implementation=self.info["name"], config=config,
                                 cache=self.cache, seed=1, verify=verify, budget=budget)
        if answer.get("status") == "wrong" or (answer.get("status") == "failed" and "undisturbed" not in answer.get("reason", "")):
            print("compare: %s %s: %s" % (self.info["name"], config, answer.get("reason")), file=sys.stderr)
        return [ns * 1e-9 for ns in answer.get("samples_ns", [])]

    def choose(self, tries, tuned):
        """Keeps the tuned configuration, or the fastest of a few; false when none runs the call."""
        known = tuned.config(self) if self.worker.is_ours else None
        if known is not None:
            self.config = known
            return bool(self.measure(known, 1, 1.0))
        parameters, choice, best, seen = self.info["parameters"], random.Random(7), math.inf, []
        for attempt in range(40 * tries):
            config = {p["name"]: p["default"] if attempt == 0 else choice.choice(p["values"]) for p in parameters}
            if len(seen) >= tries or (seen and not parameters):
                break
            if config in seen:
                continue
            samples = self.measure(config, 3, 1.0)
            if not samples and attempt == 0 and not parameters:
                return False
            if samples:
                seen.append(config)
                if min(samples) < best:
                    best, self.config = min(samples), config
            elif not seen and attempt > 2 * tries:
                return False
        return bool(seen)

    def median(self):
        return statistics.median(self.samples)

    def share(self):
        return statistics.median(self.shares)


def candidates_of(workers, call, cache, tries, tuned):
    op = call.split()[0]
    formats = " ".join(word for word in call.split()[1:]
                       if not word.split("=")[1].isdigit() and not word.startswith(("sparsity=", "activation_sparsity=")))
    found = []
    for worker in workers:
        for info in worker.implementations:
            if info["operator"] == op and formats in info["formats"]:
                candidate = Candidate(worker, info, call, cache)
                if candidate.choose(tries, tuned):
                    found.append(candidate)
    return found


class Roof:
    """The rate of our stream, best configuration of a few: from memory, or over as many bytes as a warm call moves."""

    def __init__(self, kind, worker, options, tuned):
        self.kind, self.worker, self.options, self.tuned, self.streams = kind, worker, options, tuned, {}

    def stream_beside(self, candidate):
        warm = candidate.cache == "warm"
        count = round(self.bytes_of(candidate.call) / STREAM_BYTES[self.kind]) if warm else FROM_MEMORY
        if count not in self.streams:
            call = "stream_%s n=%d x=fp32" % (self.kind, count)
            found = candidates_of([self.worker], call, candidate.cache, self.options.tries, self.tuned)
            best = min(found, key=lambda one: min(one.measure(one.config, 5, 1.0), default=math.inf))
            self.streams[count] = best, count * STREAM_BYTES[self.kind]
        return self.streams[count]

    def rate(self, candidate):
        stream, moved = self.stream_beside(candidate)
        return moved / statistics.median(stream.measure(stream.config, 3, 1.0, verify=False))

    def bytes_of(self, call):
        store = ["--db", self.options.store] if self.options.store else []
        command = [self.options.ridge, "predict", "--without-fitted", "--device", "h100-sxm", "--format", "json"] + store + call.split()
        work = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["work"]["rows"][0]
        return work["read_bytes"] + work["written_bytes"]

    def around(self, candidate, samples):
        """Samples of a candidate and, between two streams that agree, its share of their rate."""
        before = self.rate(candidate)
        taken = candidate.measure(candidate.config, samples, 2.0, verify=False)
        after = self.rate(candidate)
        if taken and abs(before - after) < before / 8:
            candidate.shares.append(self.bytes_of(candidate.call) / statistics.median(taken) / ((before + after) / 2))
        return taken


def compare(workers, call, cache, options, tuned, roof):
    found = candidates_of(workers, call, cache, options.tries, tuned)
    order = random.Random(11)
    for _ in range(options.rounds):
        for candidate in order.sample(found, len(found)):
            candidate.samples += (roof.around(candidate, options.samples) if roof else
                                  candidate.measure(candidate.config, options.samples, 2.0, verify=False))
    ours = min((c for c in found if c.is_ours and c.samples), key=Candidate.median, default=None)
    peer = min((c for c in found if not c.is_ours and c.samples), key=Candidate.median, default=None)
    return ours, peer, found


def row_of(call, cache, ours, peer):
    ratio = peer.median() / ours.median() if ours and peer else None
    return {"call": call, "cache": cache, "ours": ours.info["name"] if ours else "", "config": json.dumps(ours.config) if ours else "",
            "ours_s": ours.median() if ours else "", "peer": peer.info["name"] if peer else "",
            "peer_s": peer.median() if peer else "", "ratio": ratio if ratio else "",
            "roof_share": ours.share() if ours and ours.shares else ""}


def summary(rows):
    ratios = [row["ratio"] for row in rows if row["ratio"]]
    if not ratios:
        return "no call that both sides run"
    mean = math.exp(statistics.fmean(map(math.log, ratios)))
    return "%d calls: geometric mean %.3f, worst %.3f (peer's time over ours)" % (len(ratios), mean, min(ratios))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", required=True, help="file of a suite")
    parser.add_argument("--ours", required=True, help="command of our worker")
    parser.add_argument("--peer", action="append", default=[], help="command of another worker")
    parser.add_argument("--store", help="store in which our implementations were tuned on these calls")
    parser.add_argument("--match", default="", help="only calls with one of these texts, separated by commas")
    parser.add_argument("--tries", type=int, default=12, help="configurations that each implementation tries")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--samples", type=int, default=1, help="of a candidate in each round")
    parser.add_argument("--roof", choices=sorted(STREAM_BYTES), help="give shares of the rate at which our stream reads or copies")
    parser.add_argument("--ridge", default="build/release/bin/ridge", help="the program, which says what a call has to move")
    parser.add_argument("--csv", help="file for the table")
    options = parser.parse_args()
    workers = [Worker(options.ours, True)] + [Worker(command, False) for command in options.peer]
    tuned, rows = Tuned(options.store), []
    with open(options.suite, encoding="utf-8") as file:
        calls = json.load(file)["calls"]
    roof = Roof(options.roof, workers[0], options, tuned) if options.roof else None
    for item in calls:
        if not any(text in item["call"] for text in options.match.split(",")):
            continue
        ours, peer, found = compare(workers, item["call"], item.get("cache", "cold"), options, tuned, roof)
        rows.append(row_of(item["call"], item.get("cache", "cold"), ours, peer))
        print(item["call"], item.get("cache", "cold"))
        for candidate in sorted((c for c in found if c.samples), key=Candidate.median):
            share = "  %.2f of the roof (%d rounds)" % (candidate.share(), len(candidate.shares)) if candidate.shares else ""
            print("    %-22s %10.1f us%s  %s" % (candidate.info["name"], candidate.median() * 1e6, share, json.dumps(candidate.config)))
        if rows[-1]["ratio"]:
            print("    ratio %.3f" % rows[-1]["ratio"], flush=True)
    if options.csv and rows:
        with open(options.csv, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
    print(summary(rows))


main()
