#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""llama.cpp's quantised matrix products as a worker of the bench protocol, to compare with; `bench/compare.py` starts it.

    llama_worker.py FOLDER      FOLDER holds libggml-base.so and libggml-cpu.so, as a build of llama.cpp leaves them

Q4_0 is our int4:g32, Q8_0 our int8:g32 (32 values and an fp16 scale each). The implementation `llama` keeps the weights as a
model file has them, `llama-repack` in the layout that llama.cpp repacks them to for this CPU when it loads a model.
"""
import ctypes as c
import os
import random
import sys

import protocol

LAST_LEVEL_BYTES = protocol.LAST_LEVEL_BYTES
F32, Q4_0, Q8_0 = 0, 2, 8  # enum ggml_type
TYPES = {"a=fp32 w=int4:g32 c=fp32": Q4_0, "a=fp32 w=int8:g32 c=fp32": Q8_0, "a=fp32 w=fp32 c=fp32": F32}


class InitParams(c.Structure):
    _fields_ = [("mem_size", c.c_size_t), ("mem_buffer", c.c_void_p), ("no_alloc", c.c_bool)]


def load(folder):
    base = c.CDLL(os.path.join(folder, "libggml-base.so"), mode=c.RTLD_GLOBAL)
    cpu = c.CDLL(os.path.join(folder, "libggml-cpu.so"), mode=c.RTLD_GLOBAL)
    pointer = c.c_void_p
    signatures = {
        (base, "ggml_init"): (pointer, [InitParams]),
        (base, "ggml_free"): (None, [pointer]),
        (base, "ggml_new_tensor_2d"): (pointer, [pointer, c.c_int, c.c_int64, c.c_int64]),
        (base, "ggml_mul_mat"): (pointer, [pointer, pointer, pointer]),
        (base, "ggml_new_graph"): (pointer, [pointer]),
        (base, "ggml_build_forward_expand"): (None, [pointer, pointer]),
        (base, "ggml_nbytes"): (c.c_size_t, [pointer]),
        (base, "ggml_quantize_chunk"): (c.c_size_t, [c.c_int, pointer, pointer, c.c_int64, c.c_int64, c.c_int64, pointer]),
        (base, "ggml_backend_alloc_ctx_tensors_from_buft"): (pointer, [pointer, pointer]),
        (base, "ggml_backend_tensor_set"): (None, [pointer, pointer, c.c_size_t, c.c_size_t]),
        (base, "ggml_backend_graph_compute"): (c.c_int, [pointer, pointer]),
        (base, "ggml_backend_cpu_buffer_type"): (pointer, []),
        (base, "ggml_backend_buffer_free"): (None, [pointer]),
        (base, "ggml_backend_buft_name"): (c.c_char_p, [pointer]),
        (base, "ggml_backend_reg_get_proc_address"): (pointer, [pointer, c.c_char_p]),
        (base, "ggml_backend_reg_dev_get"): (pointer, [pointer, c.c_size_t]),
        (cpu, "ggml_backend_cpu_reg"): (pointer, []),
        (cpu, "ggml_backend_cpu_init"): (pointer, []),
        (cpu, "ggml_backend_cpu_set_n_threads"): (None, [pointer, c.c_int]),
    }
    functions = {}
    for (library, name), (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
        functions[name.removeprefix("ggml_")] = function
    return type("Ggml", (), {name: staticmethod(function) for name, function in functions.items()})


ggml = load(sys.argv[1])
backend = ggml.backend_cpu_init()
ggml.backend_cpu_set_n_threads(backend, protocol.THREADS)
flush_buffer = c.create_string_buffer(LAST_LEVEL_BYTES)
c.memset(flush_buffer, 0, LAST_LEVEL_BYTES)  # memory never written is one page of zeros
libc = c.CDLL(None)
libc.memchr.restype, libc.memchr.argtypes = c.c_void_p, [c.c_void_p, c.c_int, c.c_size_t]


def flush():
    """Reads more than the caches hold; a write would leave lines that have to go back to memory during the sample."""
    libc.memchr(flush_buffer, 1, LAST_LEVEL_BYTES)


def repack_buffer_type():
    """The buffer type whose tensors llama.cpp lays out for this CPU; nothing where it has none."""
    registry = ggml.backend_cpu_reg()
    address = ggml.backend_reg_get_proc_address(registry, b"ggml_backend_dev_get_extra_bufts")
    if not address:
        return None
    kinds = c.CFUNCTYPE(c.POINTER(c.c_void_p), c.c_void_p)(address)(ggml.backend_reg_dev_get(registry, 0))
    index = 0
    while kinds and kinds[index]:
        if b"REPACK" in ggml.backend_buft_name(kinds[index]):
            return kinds[index]
        index += 1
    return None


class MatMul:
    """One product ready to run: weights of `kind` in buffers of `buffer_type`, activations and result in fp32."""

    def __init__(self, m, n, k, kind, buffer_type, seed):
        parameters = InitParams(16 << 20, None, True)
        self.weights, self.rest = ggml.init(parameters), ggml.init(parameters)
        w = ggml.new_tensor_2d(self.weights, kind, k, n)
        a = ggml.new_tensor_2d(self.rest, F32, k, m)
        self.graph = ggml.new_graph(self.rest)
        ggml.build_forward_expand(self.graph, ggml.mul_mat(self.rest, w, a))
        self.buffers = [ggml.backend_alloc_ctx_tensors_from_buft(self.weights, buffer_type),
                        ggml.backend_alloc_ctx_tensors_from_buft(self.rest, ggml.backend_cpu_buffer_type())]
        if not all(self.buffers):
            raise ValueError("llama.cpp has no memory for it")
        draw = random.Random(seed)
        row = [draw.uniform(-1, 1) for _ in range(k + 97)]  # rows are shifts of one another: values do not matter here
        self.set(a, (c.c_float * (m * k))(*(row[(i + i // k) % (k + 97)] for i in range(m * k))))
        self.set_weights(w, n, k, kind, (c.c_float * (k + 97))(*row))

    def set(self, tensor, values):
        ggml.backend_tensor_set(tensor, values, 0, c.sizeof(values))

    def set_weights(self, w, n, k, kind, row):
        size = ggml.nbytes(w)
        data = c.create_string_buffer(size)
        for i in range(n):
            source = c.byref(row, 4 * (i % 97))
            if kind == F32:
                c.memmove(c.byref(data, i * (size // n)), source, 4 * k)
            else:
                ggml.quantize_chunk(kind, source, c.byref(data, i * (size // n)), 0, 1, k, None)
        ggml.backend_tensor_set(w, data, 0, size)

    def run(self):
        if ggml.backend_graph_compute(backend, self.graph) != 0:
            raise RuntimeError("llama.cpp did not compute the product")

    def free(self):
        for buffer in self.buffers:
            ggml.backend_buffer_free(buffer)
        ggml.free(self.weights)
        ggml.free(self.rest)


KINDS = {"llama": ggml.backend_cpu_buffer_type()}
if repack_buffer_type():
    KINDS["llama-repack"] = repack_buffer_type()
prepared = {}  # kernels of the last call and seed, by implementation


def describe():
    infos = [{"operator": "gemm", "name": name, "version": "", "formats": list(TYPES), "sparsities": ["dense"],
              "parameters": [], "constraints": []} for name in KINDS]
    device = {"id": "llama-cpu", "name": "llama.cpp on this CPU", "vendor": "peer", "kind": "cpu"}
    return {"device": device, "environment": {"threads": protocol.THREADS}, "roofs": [], "implementations": infos}


def prepare(request):
    name = request["implementation"]
    op, dims, formats = protocol.fields_of(request["call"])
    formats = protocol.formats_text(formats)
    if op != "gemm" or formats not in TYPES or name not in KINDS:
        raise ValueError("%s does not run '%s'" % (name, request["call"]))
    key = (request["call"], request["seed"])
    if key not in prepared:
        for kernel in [kernel for kernels in prepared.values() for kernel in kernels.values()]:
            kernel.free()
        prepared.clear()
        prepared[key] = {}
    if name not in prepared[key]:
        m, n, k = (dims[d] for d in "mnk")
        if name == "llama-repack" and TYPES[formats] != Q4_0:
            raise ValueError("llama.cpp repacks Q4_0 alone for this CPU")
        prepared[key][name] = MatMul(m, n, k, TYPES[formats], KINDS[name], request["seed"])
    return prepared[key][name].run


protocol.serve("llama-worker", "1", describe, prepare, flush)
