"""A workload that writes to stdout when it is imported and when it is called; nothing of it is flushed."""

import os
import sys

sys.stdout.write("loaded\n")


def talk(n):
    sys.stdout.write("task %d\n" % n)
    return n


def cores(n):
    return sorted(os.sched_getaffinity(0))
