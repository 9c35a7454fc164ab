"""The whole life of one message between adapter and outbox.

One loop takes everything that waits into one transaction: that makes durable turns cheap. When the store fails or is
slow, everybody who waits is answered from memory, once. A few lines over 300: one story, told in one place.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from bot import metrics
from bot.incoming import Arrival, Content, Incoming, Outcome, Word, in_turns, taken
from bot.logs import fault, log
from bot.outbox import Outbox
from bot.parcels import Parcel
from bot.store import Store
from bot.turns import Batch, impromptu, parcel_for
from flows.hours import TOKYO
from flows.model import RISKS, Trace

#: Events in one transaction.
LIMIT = 128
#: Of these, events of one person: whoever sends thousands keeps only themselves waiting.
SHARE = 16
#: Seconds after which people are no longer kept waiting for a commit.
PATIENCE = 0.7
#: Seconds of quiet after which delivered parcels are deleted without waiting for the next turn.
QUIET = 1.0
#: Seconds after which an event whose answer from memory is not sent is to be delivered again; LINE waits for 2.
HOLD = 1.0
#: Seconds between two looks at people who are locked by another process.
LOCKED = 0.02
#: Events answered from memory whose repeats are known.
REMEMBERED = 10_000
#: Delivered parcels deleted in one transaction.
SENT_LIMIT = 512


class _TooLate(Exception):
    """Everybody was answered from memory before the commit: it is not made."""


@dataclass
class Shelf:
    """Holds the content in use. Another one may be put in at any time; every transaction looks once."""

    content: Content


def tokyo_now() -> datetime:
    """The time, in Asia/Tokyo."""
    return datetime.now(TOKYO)


class Core:
    """Takes events, answers them, and returns when that is safe.

    Args:
        store: keeps.
        outbox: sends.
        shelf: the content in use.
        clock: tells the time; aware, in Asia/Tokyo.
        limit: events in one transaction.
        patience: seconds a transaction may take before people are answered from memory.
        quiet: seconds without events after which delivered parcels are forgotten.
    """

    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        shelf: Shelf,
        clock: Callable[[], datetime] = tokyo_now,
        *,
        limit: int = LIMIT,
        patience: float = PATIENCE,
        quiet: float = QUIET,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._shelf = shelf
        self._clock = clock
        self._limit = limit
        self._patience = patience
        self._quiet = quiet
        self._queue: deque[Arrival] = deque()
        self._arrived = asyncio.Event()
        self._stopping = False
        self._answered: dict[bytes, bool] = {}  # from memory: event id → whether nothing is left to be done
        self._unsent: set[bytes] = set()  # of these, what is still on its way
        self._holding: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to take events."""
        self._loop = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Finishes what waits and what is being sent. Adapters have stopped before."""
        self._stopping = True
        self._arrived.set()
        if self._loop:
            await self._loop
        await self._outbox.close()
        await asyncio.gather(*self._holding)
        await self._batch([])

    async def handle(self, incomings: Sequence[Incoming]) -> list[Outcome]:
        """Answers events, in order; returns when their turns are committed, or were answered from memory."""
        loop = asyncio.get_running_loop()
        arrivals = []
        for incoming in incomings:
            ids = self._store.keyring.event_ids(incoming.platform, incoming.event_id)
            arrival = Arrival(incoming, ids, loop.time(), loop.create_future())
            arrivals.append(arrival)
            if self._answered.get(ids[0]):
                self._finish([arrival], Outcome("unfinished" if ids[0] in self._unsent else "duplicate"))
            else:
                self._queue.append(arrival)
        self._arrived.set()
        return [await arrival.outcome for arrival in arrivals]

    # ------------------------------------------------------------------------------------------ the loop

    async def _run(self) -> None:
        while self._queue or not self._stopping:
            await self._something_to_do()
            batch = taken(self._queue, self._limit, SHARE)
            try:
                await self._batch(batch)
            except Exception as error:  # a mistake of ours: still nobody meets silence
                log.critical("core", fault=fault(error))
                self._from_memory(batch)

    async def _something_to_do(self) -> None:
        if self._queue or self._stopping:
            return
        self._arrived.clear()
        with suppress(TimeoutError):  # parcels may be delivered meanwhile, also such as no event brought
            async with asyncio.timeout(self._quiet):
                await self._arrived.wait()

    async def _batch(self, batch: list[Arrival]) -> None:
        """One batch, for which nobody waits longer than `patience`."""
        if not batch and not self._outbox.settled:
            return
        committing = asyncio.create_task(self._commit_all(batch))
        await asyncio.wait({committing}, timeout=self._patience)
        if not committing.done():
            metrics.slow_commits.inc()
            log.error("slow", turns=len(batch))
            await self._outlast(committing, batch)
        committing.result()

    async def _outlast(self, committing: asyncio.Task[None], batch: Sequence[Arrival]) -> None:
        """Answers everybody from memory for as long as the store hangs."""
        self._from_memory(batch)
        while not committing.done():
            self._from_memory(self._queue)
            self._queue.clear()
            self._arrived.clear()
            arrival = asyncio.create_task(self._arrived.wait())
            await asyncio.wait({committing, arrival}, return_when=asyncio.FIRST_COMPLETED)
            arrival.cancel()

    # ------------------------------------------------------------------------------------------ with the store

    async def _commit_all(self, batch: Sequence[Arrival]) -> None:
        """All in one transaction; when that fails, one by one, risk first."""
        try:
            await self._commit(batch)
        except _TooLate:
            pass
        except Exception as error:
            metrics.failed_commits.inc()
            log.error("commit", turns=len(batch), fault=fault(error))
            for theirs in self._risk_first(batch):
                await self._commit_alone(theirs)

    async def _commit_alone(self, theirs: Sequence[Arrival]) -> None:
        if theirs[0].finished:
            return
        try:
            await self._commit(theirs)
        except _TooLate:
            pass
        except Exception as error:
            metrics.failed_commits.inc()
            log.error("commit", turns=len(theirs), fault=fault(error))
            self._from_memory(theirs)

    def _risk_first(self, batch: Sequence[Arrival]) -> list[list[Arrival]]:
        """Each person's arrivals, those in danger first."""
        people: dict[bytes, list[Arrival]] = {}
        for arrival in batch:
            people.setdefault(arrival.incoming.key, []).append(arrival)

        def danger(theirs: Sequence[Arrival]) -> int:
            return max(RISKS.index(impromptu(self._shelf.content, turn).risk) for turn in in_turns(theirs))

        return sorted(people.values(), key=danger, reverse=True)

    async def _commit(self, arrivals: Sequence[Arrival]) -> None:
        now, sent = self._clock(), self._outbox.settled[:SENT_LIMIT]
        async with self._store.transaction(now) as transaction:
            people = await transaction.take({a.incoming.key: a.incoming.previous for a in arrivals})
            known = await transaction.known([id for arrival in arrivals for id in arrival.ids])
            batch = Batch(self._shelf.content, people, known, now, self._outbox.lease())
            batch.run([arrival for arrival in arrivals if arrival.incoming.key in people])
            batch.changes.sent = sent
            await transaction.write(batch.changes)
            if any(arrival.finished for arrival in arrivals):
                raise _TooLate
        del self._outbox.settled[: len(sent)]
        await self._committed(batch)
        await self._put_back([a for a in arrivals if a.incoming.key not in people], pause=not people)

    async def _committed(self, batch: Batch) -> None:
        for key in batch.changes.erase:
            self._outbox.cancel(key)
        leases = {parcel.id: lease for parcel, lease in batch.changes.parcels}
        for done in batch.done:
            parcel = done.parcel if done.parcel and done.parcel.id in leases else None
            if parcel and done.turn[0].finished and parcel.kind != "erased":
                await self._withdraw(parcel)  # the commit went through after all, but they had their answer
            elif parcel:
                self._outbox.post(parcel, leases[parcel.id])
            self._finish(done.turn, done.outcome)

    async def _withdraw(self, parcel: Parcel) -> None:
        try:
            await self._store.give_up(parcel)
        except Exception as error:
            log.error("withdraw", fault=fault(error))
            self._outbox.settled.append(parcel.id)

    async def _put_back(self, locked: Sequence[Arrival], *, pause: bool) -> None:
        """People who are locked by another process wait for the next batch, but not for ever."""
        if not locked:
            return
        oldest = asyncio.get_running_loop().time() - self._patience
        self._from_memory([arrival for arrival in locked if arrival.since < oldest])
        self._queue.extendleft(arrival for arrival in reversed(locked) if not arrival.finished)
        if pause:
            await asyncio.sleep(LOCKED)

    # ------------------------------------------------------------------------------------------ without the store

    def _from_memory(self, arrivals: Iterable[Arrival]) -> None:
        """Answers once, keeps nothing. Nothing more is sent for these events, whatever becomes of the store."""
        for turn in in_turns(arrival for arrival in arrivals if not arrival.finished):
            bare = impromptu(self._shelf.content, turn)
            told = any(arrival.ids[0] in self._answered for arrival in turn)  # and not finished: an erase
            incoming = turn[-1].incoming
            sent = None
            if bare.reply.messages and not told:
                sent = self._outbox.post(parcel_for(incoming, bare.reply, self._clock(), bare.risk), None)
            word: Word = "unfinished" if bare.erase else "from_memory"
            for arrival in turn:
                self._remember(arrival.ids[0], finished=not bare.erase)
                arrival.finished = True
            holding = asyncio.create_task(self._hold(sent, turn, Outcome(word, Trace(bare.risk))))
            self._holding.add(holding)
            holding.add_done_callback(self._holding.discard)

    async def _hold(self, sent: asyncio.Task[None] | None, turn: Sequence[Arrival], outcome: Outcome) -> None:
        """Tells whoever waits when it was sent: until then only another delivery would outlive this process."""
        if sent:
            self._unsent.update(ids := [arrival.ids[0] for arrival in turn])
            sent.add_done_callback(lambda _: self._unsent.difference_update(ids))
            if not (await asyncio.wait({sent}, timeout=HOLD))[0]:
                outcome = Outcome("unfinished", outcome.trace)
        self._tell(turn, outcome)

    def _remember(self, id: bytes, *, finished: bool) -> None:
        self._answered[id] = finished
        if len(self._answered) > REMEMBERED:
            del self._answered[next(iter(self._answered))]

    # ------------------------------------------------------------------------------------------ the end

    def _finish(self, turn: Sequence[Arrival], outcome: Outcome) -> None:
        if not turn[0].finished:
            self._tell(turn, outcome)

    def _tell(self, turn: Sequence[Arrival], outcome: Outcome) -> None:
        for arrival in turn:
            arrival.finish(outcome)
        trace, seconds = outcome.trace or Trace(), asyncio.get_running_loop().time() - turn[0].since
        metrics.turns.labels(outcome.word, trace.risk).inc()
        metrics.seconds.observe(seconds)
        log.info(
            "turn",
            outcome=outcome.word,
            platform=turn[0].incoming.platform,
            risk=trace.risk,
            flow=trace.flow,
            step=trace.step,
            ms=round(seconds * 1000),
        )
