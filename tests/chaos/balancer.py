"""What stands in front of several gateways, as nginx would: each connection goes to the next one that lives."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CHUNK = 65_536


@dataclass
class Balancer:
    """url: where it listens. connections: how many each gateway got, by address. refused: nobody was there."""

    url: str = ""
    refused: int = 0
    connections: dict[str, int] = field(default_factory=dict)
    _gateways: tuple[str, ...] = ()
    _next: int = 0

    def to(self, gateways: Sequence[str]) -> None:
        """From now on these gateways take what comes. Called from any thread."""
        self._gateways = tuple(gateways)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection from its beginning to its end."""
        with contextlib.closing(writer):
            found = await self._connected()
            if found is None:
                self.refused += 1
                return
            with contextlib.closing(found[1]):
                await asyncio.gather(_pass_on(reader, found[1]), _pass_on(found[0], writer))

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        gateways = self._gateways
        for _ in gateways:
            self._next += 1
            gateway = gateways[self._next % len(gateways)]
            address = urlsplit(gateway)
            with contextlib.suppress(OSError):
                found = await asyncio.open_connection(address.hostname, address.port)
                self.connections[gateway] = self.connections.get(gateway, 0) + 1
                return found
        return None


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one side is gone: then the other hears of it."""
    with contextlib.suppress(OSError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
    writer.close()


@contextmanager
def balancing() -> Iterator[Balancer]:
    """A balancer at a free port of this machine, in a thread."""
    balancer, loop, started = Balancer(), asyncio.new_event_loop(), threading.Event()
    stopping = asyncio.Event()

    async def run() -> None:
        server = await asyncio.start_server(balancer.serve, "127.0.0.1", 0)
        balancer.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        started.set()
        await stopping.wait()
        server.close()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    started.wait()
    try:
        yield balancer
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(10)
        loop.close()
