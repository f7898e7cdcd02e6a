"""Who sees a change of a variable: threads, forked processes, fresh processes."""
import json
import multiprocessing
import os
import threading
import time

number = 0  # a global: 0 when the module is imported, 10 when the children are started


def children(unit):
    """Let two children add 1 to the global and to a list; return what they saw last and what the parent sees afterwards."""
    global number
    number = 10
    entries = []
    seen = {"thread": in_threads, "os.fork": in_forks, "Process fork": in_processes, "Process spawn": in_processes}[unit](
        unit, entries)
    return {"children": sorted(seen), "parent": number, "entries": len(entries)}


def change(entries):
    """Change the global, a list and a local; return the global."""
    global number
    local = number
    local += 1
    number = local
    entries.append(local)
    return number


def in_threads(unit, entries):
    seen = []
    for _ in range(2):  # one after the other: this is about sharing, not about races
        thread = threading.Thread(target=lambda: seen.append(change(entries)))
        thread.start()
        thread.join()
    return seen


def in_forks(unit, entries):
    seen = []
    for _ in range(2):
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.write(write, json.dumps(change(entries)).encode("ascii"))
            finally:
                os._exit(0)
        os.close(write)
        with os.fdopen(read) as answer:
            seen.append(json.loads(answer.read()))
        os.waitpid(pid, 0)
    return seen


def in_processes(unit, entries):
    start = unit.split()[1]
    ctx = multiprocessing.get_context(start) if hasattr(multiprocessing, "get_context") else multiprocessing
    seen = []
    for _ in range(2):
        here, there = ctx.Pipe()
        process = ctx.Process(target=report, args=(there, entries))
        process.start()
        there.close()
        seen.append(here.recv())
        process.join()
    return seen


def report(end, entries):
    end.send(change(entries))


def visit(seconds):
    """Count the calls in a global and in a local; return both counts. It lasts long enough that each worker gets a call."""
    global number
    calls = 0
    calls += 1
    number += 1
    mine = number
    time.sleep(seconds)
    return [mine, calls]
