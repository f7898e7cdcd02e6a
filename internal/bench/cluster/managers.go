package main

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// managersScript is the way of Python's own documentation: a manager process serves two queues, workers take chunks from one
// and put results into the other, a key and a socket in between. It prints tasks/s.
const managersScript = `
import multiprocessing as mp, sys, time
from multiprocessing.managers import BaseManager
from queue import Queue

class Manager(BaseManager):
    pass

def empty(n):
    return n

def connect(address):
    m = Manager(address=address, authkey=b"bench")
    m.connect()
    return m.tasks(), m.answers()

def work(address):
    tasks, answers = connect(address)
    answers.put("ready")
    while True:
        chunk = tasks.get()
        if chunk is None:
            return
        answers.put([(n, empty(n)) for n in chunk])

def serve(ends):
    tasks, answers = Queue(), Queue()
    Manager.register("tasks", callable=lambda: tasks)
    Manager.register("answers", callable=lambda: answers)
    server = Manager(address=("127.0.0.1", 0), authkey=b"bench").get_server()
    ends.send(server.address)
    server.serve_forever()

if __name__ == "__main__":
    workers, count, size = map(int, sys.argv[1:])
    Manager.register("tasks")
    Manager.register("answers")
    mine, theirs = mp.Pipe()
    server = mp.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    address = mine.recv()
    team = [mp.Process(target=work, args=(address,), daemon=True) for _ in range(workers)]
    for p in team:
        p.start()
    tasks, answers = connect(address)
    for _ in team:
        answers.get()
    chunks = [list(range(i, min(i + size, count))) for i in range(0, count, size)]
    begin = time.monotonic()
    for chunk in chunks:
        tasks.put(chunk)
    seen = set()
    for _ in chunks:
        seen.update(n for n, _ in answers.get())
    took = time.monotonic() - begin
    for _ in team:
        tasks.put(None)
    for p in team:
        p.join()
    assert len(seen) == count
    print(count / took)
`

// managers gives the tasks/s of the peer.
func managers(python string, s shape) (float64, error) {
	out, err := exec.Command(python, "-c", managersScript, strconv.Itoa(s.workers), strconv.Itoa(s.tasks), strconv.Itoa(s.chunk)).Output()
	if err != nil {
		return 0, fmt.Errorf("multiprocessing.managers: %w", err)
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}
