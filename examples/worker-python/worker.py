#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A complete worker of the bench protocol in plain Python: what a chip without a Kokkos backend needs to take part."""
import json
import math
import platform
import random
import sys
import time
from array import array

FP32_ROUNDING = 2.0 ** -24          # half a unit in the last place, relative
flush_buffer = bytearray(64 << 20)  # more than the last-level cache of most machines


class Gemm:
    """C = A W^T in lists of floats, k cut into blocks; the reference is exact (math.fsum)."""
    name, dimensions = "gemm", ("m", "n", "k")
    info = {"operator": "gemm", "name": "python-loops", "formats": ["a=fp32 w=fp32 c=fp32"], "sparsities": ["dense"],
            "parameters": [{"name": "block", "values": [16, 64, 256], "default": 64, "meaning": "elements of k at a time"},
                           {"name": "order", "values": ["mn", "nm"], "default": "mn", "meaning": "order of the outer loops"}],
            "constraints": ["block >= 64 or order == 'mn'"]}

    def __init__(self, shape, seed):
        self.m, self.n, self.k = shape
        draw = random.Random(seed)
        self.a, self.w = ([array("f", (draw.uniform(-1, 1) for _ in range(self.k))) for _ in range(rows)]
                          for rows in (self.m, self.n))

    def run(self, config):
        self.c = [array("f", [math.nan]) * self.n for _ in range(self.m)]  # poisoned: what is not written is found
        blocks = [slice(begin, begin + config["block"]) for begin in range(0, self.k, config["block"])]
        places = [(i, j) for i in range(self.m) for j in range(self.n)]
        for i, j in places if config["order"] == "mn" else sorted(places, key=lambda place: place[1]):
            self.c[i][j] = sum(sum(x * y for x, y in zip(self.a[i][b], self.w[j][b])) for b in blocks)

    def error_over_bound(self):
        def error(i, j):
            products = [x * y for x, y in zip(self.a[i], self.w[j])]
            bound = (self.k + 1) * FP32_ROUNDING * math.fsum(map(abs, products))
            return abs(self.c[i][j] - math.fsum(products)) / max(bound, 1e-300)
        errors = [error(i, j) for i in range(self.m) for j in range(self.n)]
        return math.inf if any(map(math.isnan, errors)) else max(errors)


class StreamCopy:
    name, dimensions = "stream_copy", ("n",)
    info = {"operator": "stream_copy", "name": "python-slices", "formats": ["x=fp32"], "sparsities": ["dense"],
            "parameters": [{"name": "chunk", "values": [256, 4096, 65536], "default": 4096, "meaning": "elements copied at a time"}],
            "constraints": []}

    def __init__(self, shape, seed):
        draw = random.Random(seed)
        self.x = array("f", (draw.random() for _ in range(shape[0])))

    def run(self, config):
        self.y, chunk = array("f", [math.nan]) * len(self.x), config["chunk"]
        for part in (slice(begin, begin + chunk) for begin in range(0, len(self.x), chunk)):
            self.y[part] = self.x[part]

    def error_over_bound(self):
        return 0.0 if self.y == self.x else 2.0  # a copy is exact or wrong


OPERATORS = {operator.name: operator for operator in (Gemm, StreamCopy)}
operands = {}  # of the last call and seed: many configurations of one call share them


def describe(_):
    device = {"id": "python", "name": "Python " + platform.python_version(), "vendor": "example", "kind": "cpu"}
    infos = [operator.info for operator in OPERATORS.values()]
    return {"device": device, "environment": {"system": platform.platform()}, "roofs": [], "implementations": infos}


def prepare(request):
    """Kernel of the request; a ValueError says why it cannot be run."""
    words = request["call"].split()
    fields = dict(word.split("=", 1) for word in words[1:])
    operator = OPERATORS.get(words[0])
    if operator is None or request["implementation"] != operator.info["name"]:
        raise ValueError("there is no %s of %s here" % (request["implementation"], words[0]))
    formats = " ".join("%s=%s" % field for field in fields.items() if not field[1].isdigit())
    if formats not in operator.info["formats"]:
        raise ValueError("formats are '%s', should be '%s'" % (formats, operator.info["formats"][0]))
    values, config = {item["name"]: item["values"] for item in operator.info["parameters"]}, request["config"]
    if config.keys() != values.keys() or any(config[name] not in values[name] for name in values):
        raise ValueError("config should have a value of each of: %s" % values)
    key = (request["call"], request["seed"])
    if key not in operands:
        operands.clear()
        operands[key] = operator([int(fields[name]) for name in operator.dimensions], request["seed"])
    return operands[key]


def half_width(samples):
    """Of the 95 % interval of the median, over its middle; order statistics, ranks by the normal approximation."""
    ordered, count = sorted(samples), len(samples)
    low = max(0, math.floor((count - 1.96 * math.sqrt(count)) / 2))
    return (ordered[-1 - low] - ordered[low]) / (ordered[-1 - low] + ordered[low])


def sample(kernel, config, cold, budget):
    begin, samples = time.perf_counter(), []
    while len(samples) < budget["max_samples"]:
        if cold:
            flush_buffer[::64] = bytes(len(flush_buffer) // 64)
        before = time.perf_counter_ns()
        kernel.run(config)
        samples.append(max(1, time.perf_counter_ns() - before))
        if len(samples) >= budget["min_samples"]:
            if half_width(samples) < budget["target"]:
                return samples, "interval"
            if time.perf_counter() - begin > budget["max_time_s"]:
                return samples, "budget"
    return samples, "count"


def measure(request):
    answer = {"cache": request["cache"], "samples_ns": []}
    try:
        kernel = prepare(request)
    except ValueError as reason:
        return {**answer, "status": "invalid", "reason": str(reason)}
    kernel.run(request["config"])  # the warm-up, and what is verified
    answer["error_over_bound"] = min(kernel.error_over_bound(), 1e9)  # JSON knows no infinity
    if answer["error_over_bound"] > 1:
        return {**answer, "status": "wrong", "reason": "the result misses the reference by more than its bound"}
    answer["samples_ns"], answer["stop"] = sample(kernel, request["config"], request["cache"] == "cold", request["budget"])
    return {**answer, "status": "ok"}


def say(answer):
    print(json.dumps(answer), flush=True)


def main():
    say({"protocol": "ridge-bench", "version": 1, "worker": "worker-python", "worker_version": "1.0"})
    for line in sys.stdin:
        request = {}
        try:
            request = json.loads(line)
            if request["request"] == "quit":
                return
            say({"id": request["id"], **{"describe": describe, "measure": measure}[request["request"]](request)})
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            say({"id": request.get("id", 0) if isinstance(request, dict) else 0, "error": "cannot be done: %r" % error})


main()
