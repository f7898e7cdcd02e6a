# The executor asyncio of python.py. Installed as runner_coroutines.py, and imported only where Python has coroutines.

import asyncio

import runner_shim as shim
from runner_shim import broken, cpu, now


def coroutines(trial):
    def run():
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        items = iter(trial.tasks)
        trial.ready = now()
        team = [loop.create_task(take(number, items, trial.records.append)) for number in range(trial.workers)]
        for task in team:
            loop.run_until_complete(task)
        trial.worked = now()
        loop.close()
    return run


async def take(number, items, put):
    """A worker: one task after the other, of those that are left."""
    function = shim.loaded
    for task, arguments in items:
        start, used = now(), cpu()
        try:
            result = function(**arguments)
            used = cpu() - used
            if hasattr(result, "__await__"):
                used, result = 0, await result  # one thread for all: whose time it was cannot be told
        except BaseException:
            broken(task)
        put((task, number, start, now(), used, result))
