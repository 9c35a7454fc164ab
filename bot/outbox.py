"""Delivers what was committed, then forgets it.

A parcel is written in its turn's transaction, already leased to this process, and sent from memory right after the
commit. Whatever is not delivered when its lease ends (the process died, the platform is down) is taken over by a
worker. There is no exactly-once: LINE's reply token works once, so a second try of it cannot double; what is urgent
is pushed when the token is gone (said twice is better than silence); any other answer is dropped, and its question is
put again with the person's next message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from bot import metrics
from bot.logs import fault, log
from bot.parcels import Parcel, Sender, Sent, Way
from bot.store import Store

#: How long a parcel is in one process's hand.
LEASE = timedelta(seconds=30)
#: How long the way that an event opened is used; LINE's reply tokens live for about a minute.
ANSWER_WINDOW = timedelta(seconds=50)
#: After this nothing is tried any more: LINE remembers a retry key for 24 hours, then a push could double.
GIVE_UP = timedelta(hours=23)
#: Shortest and longest wait between two tries.
SHORTEST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(hours=1)
#: Parcels taken over at once.
HANDFUL = 500


class Outbox:
    """Sends parcels, each person's in order.

    Args:
        store: where parcels stand.
        senders: platform → sender; may grow until the first parcel is posted.
        clock: tells the time; aware.
        pause: waits for a number of seconds.
    """

    def __init__(
        self,
        store: Store,
        senders: Mapping[str, Sender],
        clock: Callable[[], datetime],
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._senders = senders
        self._clock = clock
        self._pause = pause
        self._tries: dict[asyncio.Task[None], Parcel] = {}
        self._theirs: dict[bytes, set[asyncio.Task[None]]] = {}  # by person
        self._resting: set[asyncio.Task[None]] = set()  # before another try
        self.settled: list[bytes] = []  # rows to be deleted with the next transaction

    def lease(self) -> datetime:
        """The end of a lease that begins now."""
        return self._clock() + LEASE

    def post(
        self, parcel: Parcel, lease_until: datetime | None, *, tried: bool = False
    ) -> asyncio.Task[None]:
        """Sends a parcel as soon as those before it to the same person are done; returns the task that does.

        Args:
            parcel: what is sent.
            lease_until: until when its row is ours; None when it has no row.
            tried: somebody else may have tried it before, with an outcome that nobody knows.
        """
        theirs = self._theirs.setdefault(parcel.key, set())
        before = set(theirs)
        if parcel.urgent and before & self._resting:
            before = set()  # a desk does not wait behind what the platform keeps putting off
        task = asyncio.create_task(self._deliver(parcel, lease_until, tried, before))
        self._tries[task] = parcel
        theirs.add(task)
        task.add_done_callback(self._done)
        return task

    def cancel(self, key: bytes) -> None:
        """Drops everything in hand for a person who erases."""
        for task, parcel in self._tries.items():
            if parcel.key == key:
                task.cancel()

    async def take_over(self) -> None:
        """Takes parcels that are due and in nobody's hand: reminders, and what another process left behind."""
        lease_until = self.lease()
        found = await self._store.take_due(self._clock(), lease_until, HANDFUL)
        ours = {parcel.id for parcel in self._tries.values()} | set(self.settled)
        for parcel in found:
            if parcel.id not in ours:
                self.post(parcel, lease_until, tried=True)

    async def idle(self) -> None:
        """Returns when nothing is in hand."""
        while self._tries:
            await asyncio.wait(self._tries)

    async def close(self, seconds: float = 5.0) -> None:
        """Waits a little for what is in hand; the rest is taken over when its lease ends."""
        if self._tries:
            await asyncio.wait(self._tries, timeout=seconds)
        for task in self._tries:
            task.cancel()
        await self.idle()

    # ------------------------------------------------------------------------------------------ one parcel

    async def _deliver(
        self,
        parcel: Parcel,
        lease_until: datetime | None,
        tried: bool,
        before: set[asyncio.Task[None]],
    ) -> None:
        if before:
            await asyncio.wait(before)
        refused = False
        while way := self._way(parcel, refused):
            sent = await self._try(parcel, way)
            metrics.sends.labels(parcel.platform, way, sent.word).inc()
            if sent.word in ("delivered", "gone") or (sent.word == "refused" and way == "push"):
                break
            if sent.word == "refused":
                if tried and not parcel.urgent:
                    break  # its token was spent by the try that nobody knows about: it was sent
                refused = True
                continue
            tried = tried or sent.unknown
            next_try = self._clock() + self._wait(parcel, sent)
            if lease_until and next_try >= lease_until:
                return await self._store.hand_back(parcel, next_try)
            await self._rest(next_try)
        if lease_until is None:
            return None
        if way:
            self.settled.append(parcel.id)
            if parcel.kind == "erased":  # does not wait for the next turn
                await self._store.confirmed(parcel)
            return None
        metrics.dropped.labels(parcel.platform, parcel.kind, parcel.risk).inc()
        log.warning("dropped", platform=parcel.platform, kind=parcel.kind, risk=parcel.risk)
        return await self._store.give_up(parcel)

    def _way(self, parcel: Parcel, refused: bool) -> Way | None:
        """How to try now, or None: an ordinary answer that came too late is dropped and its question put again."""
        age = self._clock() - parcel.due
        if age > GIVE_UP:
            return None
        if parcel.kind != "reminder" and age < ANSWER_WINDOW and not refused:
            return "answer"
        return "push" if parcel.urgent else None

    async def _try(self, parcel: Parcel, way: Way) -> Sent:
        sender = self._senders.get(parcel.platform)
        if sender is None:
            return Sent("retry")  # not configured just now
        try:
            return await sender.send(parcel, way)
        except Exception as error:
            log.error("send", platform=parcel.platform, fault=fault(error))
            return Sent("retry", unknown=True)

    def _wait(self, parcel: Parcel, sent: Sent) -> timedelta:
        """As long as it has been tried already, so that waits double; never less than the platform asks for.

        What is urgent is tried four times as often: after a restart it may be old already.
        """
        age = self._clock() - parcel.due
        wait = age / 4 if parcel.urgent else age
        return max(timedelta(seconds=sent.wait), min(max(wait, SHORTEST_WAIT), LONGEST_WAIT))

    async def _rest(self, until: datetime) -> None:
        task = asyncio.current_task()
        assert task
        self._resting.add(task)
        try:
            await self._pause((until - self._clock()).total_seconds())
        finally:
            self._resting.discard(task)

    def _done(self, task: asyncio.Task[None]) -> None:
        parcel = self._tries.pop(task)
        self._theirs[parcel.key].discard(task)
        if not self._theirs[parcel.key]:
            del self._theirs[parcel.key]
        error = None if task.cancelled() else task.exception()
        if error:  # the store: the row stands, and is taken over when its lease ends
            log.error("outbox", platform=parcel.platform, fault=fault(error))
