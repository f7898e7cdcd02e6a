"""Copying one file, with the page cache and the disk under control as far as a program can have it."""
import ctypes
import os
import shutil

DONTNEED = 4  # POSIX_FADV_DONTNEED on Linux


def copy(source, cache, sync):
    """Copy source into the working directory, remove the copy, return its size (B) and how much was read from the disk (B).

    cache is "cold" to drop the source from the page cache first. sync waits until the copy is on the disk.
    """
    if cache == "cold":
        forget(source)
    target = os.path.basename(source) + ".copy"
    before = from_disk()
    shutil.copyfile(source, target)
    if sync:
        flush(target)
    read = from_disk() - before
    size = os.path.getsize(target)
    os.remove(target)
    return {"bytes": size, "from_disk": read}


def forget(path):
    """Ask the system to drop the file from its cache. Only pages that are on the disk already can go."""
    fd = os.open(path, os.O_RDONLY)
    try:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        else:  # Python 2
            call = ctypes.CDLL(None, use_errno=True).posix_fadvise
            call(fd, ctypes.c_int64(0), ctypes.c_int64(0), DONTNEED)
    finally:
        os.close(fd)


def flush(path):
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def from_disk():
    """What this thread has had read from the disk so far (B); 0 where the system does not tell."""
    try:
        with open("/proc/thread-self/io") as counters:
            for line in counters:
                name, _, value = line.partition(":")
                if name == "read_bytes":
                    return int(value)
    except EnvironmentError:
        pass
    return 0
