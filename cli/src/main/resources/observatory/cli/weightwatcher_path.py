"""The path of WeightWatcher 0.7.5 with NumPy and SciPy: float64 SVD by LAPACK, then the power-law fit over every xmin.

Arguments: repetitions, then .npy files. Prints one line a file: the median of the seconds, and alpha.
"""
import statistics
import sys
import time

import numpy
import scipy.linalg


def fit(values):
    x = numpy.sort(values[values > 1e-5])
    best = (1.0, -1.0)
    for i in range(len(x) - 1):
        tail = x[i:]
        n = len(tail)
        alpha = 1 + n / numpy.sum(numpy.log(tail / tail[0]))
        distance = numpy.abs(1 - (tail / tail[0]) ** (1 - alpha) - numpy.arange(n) / n).max()
        best = min(best, (distance, alpha))
    return best[1]


for name in sys.argv[2:]:
    seconds = []
    for _ in range(int(sys.argv[1])):
        start = time.perf_counter()
        alpha = fit(scipy.linalg.svdvals(numpy.load(name).astype(numpy.float64)) ** 2)
        seconds.append(time.perf_counter() - start)
    print(statistics.median(seconds), alpha, flush=True)
