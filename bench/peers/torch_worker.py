#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PyTorch's operators as a worker of the bench protocol, to compare with; `bench/compare.py` and `ridge tune --worker` start it.

Needs the packages torch and numpy. Linear layers run as PyTorch runs them, and with weights packed once by oneDNN and
by MKL, as its compiler does for inference. Results are not verified here: what the peers compute is
not what is judged.
"""
import protocol

import torch
import torch.nn.functional as F

torch.set_num_threads(protocol.THREADS)
torch.set_grad_enabled(False)
TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16, "fp64": torch.float64}
flush_buffer = torch.ones(protocol.LAST_LEVEL_BYTES // 4)


def draw(generator, shape, dtype):
    return (torch.rand(shape, generator=generator) * 2 - 1).to(dtype)


class Call:
    """An operator call as the protocol writes it, and its operands."""

    def __init__(self, text, seed):
        self.op, self.dims, formats = protocol.fields_of(text)
        self.formats = protocol.formats_text(formats)
        self.types = {name: TYPES.get(value) for name, value in formats.items()}
        self.generator = torch.Generator().manual_seed(seed)

    def tensor(self, shape, operand):
        return draw(self.generator, shape, self.types[operand])


def linear(call):
    d = call.dims
    a, w = call.tensor((d["m"], d["k"]), "a"), call.tensor((d["n"], d["k"]), "w")
    return (a, w), lambda: F.linear(a, w)


def linear_onednn(call):
    (a, w), _ = linear(call)
    packed = torch.ops.mkldnn._reorder_linear_weight(w.to_mkldnn(), a.shape[0])
    return (a, w), lambda: torch.ops.mkldnn._linear_pointwise(a, packed, None, "none", [], "")


def linear_mkl(call):
    (a, w), _ = linear(call)
    packed = torch.ops.mkl._mkl_reorder_linear_weight(w.to_mkldnn(), a.shape[0])
    return (a, w), lambda: torch.ops.mkl._mkl_linear(a, packed, w, None, a.shape[0])


def attention(call):
    d = call.dims
    q = call.tensor((d["batch"], d["heads"], d["queries"], d["head_dim"]), "q")
    k, v = (call.tensor((d["batch"], d["kv_heads"], d["context"], d["head_dim"]), "kv") for _ in range(2))
    if d["queries"] not in (1, d["context"]):
        raise ValueError("queries should be 1 or the whole context")
    causal, grouped = d["queries"] > 1, d["heads"] != d["kv_heads"]
    return (q, k, v), lambda: F.scaled_dot_product_attention(q, k, v, is_causal=causal, enable_gqa=grouped)


def rows(function):
    def make(call):
        x = call.tensor((call.dims["rows"], call.dims["n"]), "x")
        w = call.tensor((call.dims["n"],), "x")
        return (x, w), lambda: function(x, w)
    return make


def gate(call):
    g, u = (call.tensor((call.dims["rows"], call.dims["n"]), "x") for _ in range(2))
    return (g, u), lambda: F.silu(g) * u


def residual(call):
    x, z = (call.tensor((call.dims["rows"], call.dims["n"]), "x") for _ in range(2))
    return (x, z), lambda: x + z


LINEAR = ["a=fp32 w=fp32 c=fp32", "a=bf16 w=bf16 c=bf16"]
FLOATS = ["x=fp32", "x=bf16", "x=fp16"]
TABLE = {
    ("gemm", "torch"): (linear, LINEAR),
    ("gemm", "torch-onednn"): (linear_onednn, LINEAR),
    ("gemm", "torch-mkl"): (linear_mkl, LINEAR[:1]),
    ("attention", "torch"): (attention, ["q=fp32 kv=fp32", "q=bf16 kv=bf16"]),
    ("rmsnorm", "torch"): (rows(lambda x, w: F.rms_norm(x, x.shape[-1:], w)), FLOATS),
    ("layernorm", "torch"): (rows(lambda x, w: F.layer_norm(x, x.shape[-1:], w, w)), FLOATS),
    ("softmax", "torch"): (rows(lambda x, w: F.softmax(x, -1)), FLOATS),
    ("gelu", "torch"): (rows(lambda x, w: F.gelu(x)), FLOATS),
    ("gelu_tanh", "torch"): (rows(lambda x, w: F.gelu(x, approximate="tanh")), FLOATS),
    ("silu_mul", "torch"): (gate, FLOATS),
    ("residual_add", "torch"): (residual, FLOATS),
    ("transpose", "torch"): (rows(lambda x, w: x.t().contiguous()), FLOATS),
}
prepared = {}  # kernels of the last call and seed


def describe():
    infos = [{"operator": op, "name": name, "version": torch.__version__, "formats": formats, "sparsities": ["dense"],
              "parameters": [], "constraints": []} for (op, name), (_, formats) in TABLE.items()]
    device = {"id": "torch-cpu", "name": "PyTorch on this CPU", "vendor": "peer", "kind": "cpu"}
    return {"device": device, "environment": {"threads": torch.get_num_threads()}, "roofs": [], "implementations": infos}


def prepare(request):
    key = (request["call"], request["seed"])
    if key not in prepared:
        prepared.clear()
        prepared[key] = {}
    kernels, name = prepared[key], request["implementation"]
    if name not in kernels:
        call = Call(request["call"], request["seed"])
        make, formats = TABLE.get((call.op, name), (None, []))
        if make is None or call.formats not in formats:
            raise ValueError("%s does not run '%s'" % (name, request["call"]))
        try:
            kernels[name] = make(call)
            kernels[name][1]()
        except (RuntimeError, AttributeError, NotImplementedError) as error:
            raise ValueError("PyTorch cannot run it: %s" % str(error).splitlines()[0]) from error
    return kernels[name][1]


def flush():
    flush_buffer.sum()  # read, not written: dirty lines would have to go back to memory during the sample


protocol.serve("torch-worker", torch.__version__, describe, prepare, flush)
