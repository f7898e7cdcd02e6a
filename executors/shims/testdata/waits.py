"""An async workload, which Python 2 cannot read."""

import asyncio


async def wait(n):
    await asyncio.sleep(0.05)
    return n


async def fail(n):
    await asyncio.sleep(0)
    if n == 1:
        raise ValueError("broken on purpose")
