#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A scripted worker: `fake_worker.py MODE` answers at once with invented times, and misbehaves in its MODE for a=2."""
import json
import os
import signal
import sys
import time

MODE = sys.argv[1] if len(sys.argv) > 1 else "ok"
VALUES = int(os.environ.get("FAKE_WORKER_VALUES", "6"))


def implementation(name, parameters, constraints):
    listed = [{"name": key, "values": values, "default": values[0], "meaning": ""} for key, values in parameters.items()]
    return {"operator": "stream_read", "name": name, "version": "1", "formats": ["x=fp32"], "sparsities": ["dense"],
            "parameters": listed, "constraints": constraints}


ALPHA = implementation("alpha", {"a": list(range(1, VALUES + 1)), "b": [1, 2, 3, 4]}, ["a * b <= 12"])
BETA = implementation("beta", {"c": ["x", "y", "z"]}, [])
LISTED = {"one": [ALPHA], "none": [], "bad-space": [implementation("broken", {"a": [1, 2]}, ["a > 5"]), BETA],
          "changed-space": [ALPHA, implementation("beta", {"c": ["x", "y"]}, [])]}


def nanoseconds(config):
    """Fastest at a=4 b=1; beta always 2000."""
    return 1000 + 100 * abs(config["a"] - 4) + 10 * config["b"] if "a" in config else 2000


def say(answer):
    print(answer if isinstance(answer, str) else json.dumps(answer), flush=True)


def describe(request):
    if MODE == "describe-dies":
        sys.exit(9)
    device = {"id": os.environ.get("FAKE_WORKER_DEVICE", "fake"), "name": "Fake", "vendor": "none", "kind": "cpu"}
    return {"id": request["id"], "device": device, "environment": {"load": 0},
            "implementations": LISTED.get(MODE, [ALPHA, BETA]), "roofs": []}


def good_answer(request):
    base = nanoseconds(request["config"])
    counters = {"energy_j": 1e-3 * (10 - request["config"].get("a", 0)),
                "workspace_bytes": 1024 * (4 - request["config"].get("b", 0))} if MODE == "counters" else {}
    return {"id": request["id"], "status": "ok", "cache": request["cache"], "error_over_bound": 0.25, "stop": "count",
            "samples_ns": [base * (1 + 0.0001 * i) for i in range(7)], **counters}


def die(code):
    print("something broke inside", file=sys.stderr, flush=True)
    sys.exit(code)


MISBEHAVIOUR = {
    "dies": lambda good: die(7),
    "segv": lambda good: os.kill(os.getpid(), signal.SIGSEGV),
    "hangs": lambda good: time.sleep(600),
    "closes": lambda good: (os.close(1), time.sleep(600)),
    "rubbish": lambda good: say("Segmentation fault? No: " + "rubbish " * 40),
    "binary": lambda good: (sys.stdout.buffer.write(b"\x00\xff\xfe\x01\n"), sys.stdout.flush()),
    "nan": lambda good: say('{"id": %d, "status": "ok", "samples_ns": [NaN]}' % good["id"]),
    "half-line": lambda good: (sys.stdout.write('{"id": '), sys.stdout.flush(), die(1)),
    "huge": lambda good: say("x" * (1 << 20)),
    "wrong-id": lambda good: say({**good, "id": good["id"] + 1000}),
    "list": lambda good: say("[1, 2]"),
    "no-samples": lambda good: say({**good, "samples_ns": []}),
    "negative": lambda good: say({**good, "samples_ns": [-5]}),
    "refuses": lambda good: say({"id": good["id"], "error": "not today"}),
    "unverified": lambda good: say({key: value for key, value in good.items() if key != "error_over_bound"}),
    "inaccurate": lambda good: say({**good, "error_over_bound": 3.5}),
    "other-cache": lambda good: say({**good, "cache": "warm" if good["cache"] == "cold" else "cold"}),
    "invalid": lambda good: say({"id": good["id"], "status": "invalid", "reason": "does not fit"}),
    "disturbed": lambda good: say({"id": good["id"], "status": "failed", "reason": "every sample was disturbed"}),
    "slow": lambda good: (time.sleep(0.3), say(good)),
    "logs-only": lambda good: log_without_end(),
    "noisy-log": lambda good: (print("log " * 100000, file=sys.stderr, flush=True), say(good)),
}


def log_without_end():
    while True:
        print("still busy", file=sys.stderr, flush=True)


def misbehaves(config):
    return MODE.startswith("always-") or config.get("a") == (1 if MODE == "disturbed" else 2)


def serve():
    say({"protocol": "ridge-bench", "version": 2 if MODE == "wrong-version" else 1, "worker": "fake", "worker_version": "1.0"})
    time.sleep(600 if MODE == "deaf" else 0)
    for line in sys.stdin:
        request = json.loads(line)
        if request["request"] == "quit":
            time.sleep(600 if MODE == "ignores-quit" else 0)
            return
        if request["request"] == "describe":
            say(describe(request))
        elif request["request"] == "roof":
            say({"id": request["id"], "status": "invalid", "reason": "has no roofs"})
        elif misbehaves(request["config"]) and MODE.removeprefix("always-") in MISBEHAVIOUR:
            MISBEHAVIOUR[MODE.removeprefix("always-")](good_answer(request))
        else:
            time.sleep(float(os.environ.get("FAKE_WORKER_SECONDS", "0")))
            say(good_answer(request))


if MODE == "dies-at-start":
    die(3)
elif MODE == "silent":
    time.sleep(600)
elif MODE == "greets-rubbish":
    say("Welcome to this machine!")
else:
    serve()
