"""Where a worker finds its queue: as a global, made when the script starts or when the module is imported, or as an argument."""
import re
import subprocess
import sys

SCRIPT = """
import multiprocessing as mp
ctx = mp.get_context("%(start)s") if hasattr(mp, "get_context") else mp
%(top)s

def worker(%(parameter)s):
    print("got " + tasks.get(timeout=%(patience)s))

if __name__ == "__main__":
    %(main)s
    tasks.put("it")
    process = ctx.Process(target=worker, args=(%(argument)s))
    process.start()
    process.join()
    print("status %%d" %% process.exitcode)
    tasks.cancel_join_thread()
"""
MAKE = "tasks = ctx.Queue()"
PLACES = {
    "global of the script": {"top": "", "main": MAKE, "parameter": "", "argument": ""},
    "global of the module": {"top": MAKE, "main": "", "parameter": "", "argument": ""},
    "argument": {"top": "", "main": MAKE, "parameter": "tasks", "argument": "tasks,"},
}


def worker(start, place):
    """Return the worker's exit status, the exception of its traceback, and whether it got the item."""
    patience = 0.5 if (start, place) == ("spawn", "global of the module") else 20  # seconds; only there nothing comes
    with open("script.py", "w") as file:
        file.write(SCRIPT % dict(PLACES[place], start=start, patience=patience))
    run = subprocess.Popen([sys.executable, "script.py"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = [stream.decode("utf-8") for stream in run.communicate()]
    errors = re.findall(r"^(?:\w+\.)?(\w*Error|Empty)\b", err, re.MULTILINE)  # the last lines of tracebacks
    status = int(out.split("status ")[1].split()[0])
    return {"status": status, "error": "".join(errors[-1:]), "got": "got it" in out}
