from __future__ import division

import os, sys as system
from math import sqrt as root


def sum_primes(n):
    return n


async def later(n):
    return n

KEPT = sum_primes


class Machine(object):
    def run(self, n):
        return n


if system.version_info < (3,):
    range = xrange
