"""A slow or lossy link between two network namespaces, in user space, for kernels without netem.

    slow-link.py DEVICE DEVICE DELAY_MS LOSS_PERCENT SEED

Makes two TUN devices; whoever started it moves one into each namespace. What one of them sends comes out
of the other DELAY_MS later, except for LOSS_PERCENT of all packets, which are drawn from SEED. Moves about
100 MB a second in packets of 1,500 bytes. Says `ready` when both devices are there.
"""

import collections
import fcntl
import os
import random
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
# As netem's `limit`: more waits on no link. 64 MiB in packets of 1,500 bytes.
MOST_WAITING = 45_000


def device(name: str) -> int:
    made = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(made, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    return made


def main() -> None:
    first, second = device(sys.argv[1]), device(sys.argv[2])
    delay, loss = float(sys.argv[3]) / 1000, float(sys.argv[4]) / 100
    draw = random.Random(int(sys.argv[5])).random
    # What waits to come out of each, with the time at which it does.
    waiting = {first: collections.deque(), second: collections.deque()}
    other = {first: second, second: first}
    poll = select.poll()
    for made in waiting:
        poll.register(made, select.POLLIN)
    print("ready", flush=True)
    while True:
        due = min((queue[0][0] for queue in waiting.values() if queue), default=None)
        pause = None if due is None else max(0.0, (due - time.monotonic()) * 1000)
        for ready, _ in poll.poll(pause):
            take(ready, waiting[other[ready]], delay, loss, draw)
        now = time.monotonic()
        for out, queue in waiting.items():
            while queue and queue[0][0] <= now:
                send(out, queue.popleft()[1])


def take(ready: int, queue: collections.deque, delay: float, loss: float, draw) -> None:
    now = time.monotonic()
    # A few at a time: what is due goes out in between.
    for _ in range(64):
        try:
            packet = os.read(ready, 65_536)
        except OSError:
            # Nothing more for now, or the device is not up yet.
            return
        if draw() >= loss and len(queue) < MOST_WAITING:
            queue.append((now + delay, packet))


def send(out: int, packet: bytes) -> None:
    try:
        os.write(out, packet)
    except OSError:
        # Full, or not up yet: a link loses packets then.
        pass


main()
