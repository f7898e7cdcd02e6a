"""multiprocessing.Process: its arguments, two at once, and a script without a guard."""
import multiprocessing
import subprocess
import sys


def arguments(start):
    """Return what a process got that was started with two arguments and a keyword argument."""
    ctx = context(start)
    here, there = ctx.Pipe()
    process = ctx.Process(target=tell, args=(there, 7, "text"), kwargs={"option": [1, 2]})
    process.start()
    there.close()
    got = here.recv()
    process.join()
    return got


def tell(end, number, text, option=None):
    end.send([number, text, option])


def at_once(start):
    """Start two processes; return how many of them are at work at the same time."""
    ctx = context(start)
    pipes = [ctx.Pipe() for _ in range(2)]
    processes = [ctx.Process(target=hello_and_wait, args=(there,)) for _, there in pipes]
    for process in processes:
        process.start()
    for here, there in pipes:
        there.close()
        here.recv()  # it is at work now, and stays there until it is told to end
    alive = sum(process.is_alive() for process in processes)
    for here, _ in pipes:
        here.send("end")
    for process in processes:
        process.join()
    return alive


def hello_and_wait(end):
    end.send("hello")
    end.recv()


SCRIPT = """
import multiprocessing as mp
import sys

def work():
    sys.stdout.write("worked ")
    sys.stdout.flush()

def main():
    ctx = mp.get_context("%s") if hasattr(mp, "get_context") else mp
    process = ctx.Process(target=work)
    process.start()
    process.join()
    print(process.exitcode)

%s
"""
ENDINGS = {"guard": 'if __name__ == "__main__":\n    main()', "no guard": "main()"}


def script(start, ending):
    """Run a script that starts one process; return what it printed, and the exception that its last line of error names."""
    with open("script.py", "w") as file:
        file.write(SCRIPT % (start, ENDINGS[ending]))
    run = subprocess.Popen([sys.executable, "script.py"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = run.communicate()
    errors = [line.split(":")[0] for line in err.decode("utf-8").splitlines() if line.startswith("RuntimeError")]
    return {"printed": out.decode("utf-8").strip(), "error": "".join(errors[-1:])}


def context(start):
    """multiprocessing with that way of starting; 2.7 has one only, fork."""
    return multiprocessing.get_context(start) if hasattr(multiprocessing, "get_context") else multiprocessing
