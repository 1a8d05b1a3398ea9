#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A kernel to be tuned as it is: transposes an n x n matrix block by block, checks the result and prints its time."""
import argparse
import sys
import time


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, required=True, help="rows and columns")
    parser.add_argument("--block", type=int, required=True, help="rows and columns of a block")
    parser.add_argument("--order", required=True, help="which loop is the outer one: rows,columns or columns,rows")
    parser.add_argument("--slices", choices=["true", "false"], required=True, help="copy whole rows of a block")
    return parser.parse_args()


def transpose(source, target, n, block, by_rows, slices):
    starts = range(0, n, block)
    for outer in starts:
        for inner in starts:
            row, column = (outer, inner) if by_rows else (inner, outer)
            for j in range(column, column + block):
                if slices:
                    target[j * n + row : j * n + row + block] = source[row * n + j : (row + block) * n + j : n]
                else:
                    for i in range(row, row + block):
                        target[j * n + i] = source[i * n + j]


def main():
    options = parse()
    n, block = options.n, options.block
    if n % block:
        print("invalid: a block of %d does not divide %d" % (block, n))
        sys.exit(2)
    source, target = [float(i) for i in range(n * n)], [-1.0] * (n * n)
    begin = time.perf_counter()
    transpose(source, target, n, block, options.order == "rows,columns", options.slices == "true")
    seconds = time.perf_counter() - begin
    if any(target[j * n + i] != source[i * n + j] for i in range(n) for j in range(n)):
        print("wrong: the result is not the transpose")
    print("time: %.9f s" % seconds)


main()
