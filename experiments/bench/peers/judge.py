"""Judges a ratio of two medians with scipy, on as many resamples of as many blocks as runner does: judge.py TIMES"""

import sys

import numpy
from scipy import stats


def ratio(a, b, axis=-1):
    return numpy.median(a, axis=axis) / numpy.median(b, axis=axis)


blocks = numpy.arange(30)
a, b = 1 + 0.002 * (blocks * blocks % 29), 0.5 + 0.001 * (blocks * blocks % 23)
for _ in range(int(sys.argv[1])):
    stats.bootstrap((a, b), ratio, paired=True, vectorized=True, n_resamples=20000, method="percentile")
