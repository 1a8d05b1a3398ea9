# SPDX-License-Identifier: Apache-2.0
"""What every peer's worker of the bench protocol has in common: settings, the cold cache, sampling, the conversation.

Import this before any library that starts threads: it sets the environment and starts the program again in it.
"""
import json
import os
import sys
import time

SETTINGS = {"OMP_PROC_BIND": "close", "OMP_PLACES": "cores", "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
if any(name not in os.environ for name in SETTINGS):  # read before the first library is loaded
    os.execve(sys.executable, [sys.executable, *sys.argv], {**SETTINGS, **os.environ})

THREADS = int(os.environ.get("OMP_NUM_THREADS", len(os.sched_getaffinity(0))))  # before OpenMP binds this one
LAST_LEVEL_BYTES = 512 << 20  # beyond the caches of today's CPUs


def fields_of(call):
    """Operator, dimensions and formats of a call's text: "gemm", {"m": 1, ...}, {"a": "fp32", ...}."""
    words = call.split()
    fields = dict(word.split("=", 1) for word in words[1:])
    return (words[0], {name: int(value) for name, value in fields.items() if value.isdigit()},
            {name: value for name, value in fields.items() if not value.isdigit()})


def formats_text(formats):
    return " ".join("%s=%s" % field for field in formats.items())


def sample(run, flush, budget):
    """Nanoseconds of single runs, and why sampling ended; `flush` empties the caches before each, or is None."""
    begin, samples = time.perf_counter(), []
    while len(samples) < budget["max_samples"]:
        flush() if flush else run()
        before = time.perf_counter_ns()
        run()
        samples.append(max(1, time.perf_counter_ns() - before))
        if len(samples) >= budget["min_samples"] and time.perf_counter() - begin > budget["max_time_s"]:
            return samples, "budget"
    return samples, "count"


def serve(worker, version, describe, prepare, flush):
    """Answers requests until `quit`. `describe` gives the description, `prepare(request)` something to run or ValueError with
    the reason why it cannot be run."""

    def measure(request):
        answer = {"answer": "measure", "cache": request["cache"], "samples_ns": []}
        try:
            run = prepare(request)
            run()
        except ValueError as reason:
            return {**answer, "status": "invalid", "reason": str(reason)}
        answer["samples_ns"], answer["stop"] = sample(run, flush if request["cache"] == "cold" else None, request["budget"])
        return {**answer, "status": "ok"}

    def say(answer):
        print(json.dumps(answer), flush=True)

    answers = {"describe": lambda _: {"answer": "describe", **describe()}, "measure": measure}
    say({"protocol": "ridge-bench", "version": 1, "worker": worker, "worker_version": version})
    for line in sys.stdin:
        request = {}
        try:
            request = json.loads(line)
            if request["request"] == "quit":
                return
            say({"id": request["id"], **answers[request["request"]](request)})
        except (AttributeError, KeyError, TypeError, ValueError, RuntimeError) as error:
            say({"id": request.get("id", 0) if isinstance(request, dict) else 0, "error": "cannot be done: %r" % error})
