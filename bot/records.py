"""What is kept of people and of parcels, sealed and opened: the contents of the rows in the store."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime

from bot import parcels
from bot.logs import log
from bot.parcels import Parcel
from bot.privacy import Keyring, Purpose, Unreadable
from flows.model import State


@dataclass(slots=True)
class Person:
    """One conversation, for the length of a transaction.

    Attributes:
        key: the pseudonym.
        last_day: the day that stands on the row.
        state: where they stand; None for somebody new, and for somebody to be erased.
        last_reply: the id of the parcel that the last turn sent, if it sent one.
        unheard: that parcel could not be delivered, so that its question was not seen.
        moved_from: the pseudonym under the secret before, when the conversation still stood there.
    """

    key: bytes
    last_day: date
    state: State | None = None
    last_reply: bytes = b""
    unheard: bool = False
    moved_from: bytes | None = None


class Records:
    """Seals and opens with one keyring.

    A blob that cannot be read counts as not there, with a line in the log: nobody meets silence for it.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def seal_person(self, person: Person) -> bytes:
        """What stands in the row of somebody who has a state."""
        if person.state is None:
            raise ValueError("somebody without a state has no row")
        data = [person.state.to_dict(), person.last_reply.hex(), person.unheard]
        # A history repeats its words: deflating makes a million conversations half a gigabyte instead of two.
        return self._keyring.seal("person", person.key, zlib.compress(parcels.dump(data), 1))

    def person(self, key: bytes, last_day: date, sealed: bytes | None) -> Person:
        """The person of a row."""
        person = Person(key, last_day)
        plain = self._open("person", key, sealed) if sealed else None
        if plain:
            state, last_reply, person.unheard = json.loads(zlib.decompress(plain))
            person.state, person.last_reply = State.from_dict(state), bytes.fromhex(last_reply)
        return person

    def seal_parcel(self, parcel: Parcel) -> bytes:
        """What stands in the row of a parcel."""
        return self._keyring.seal("outbox", parcel.id, parcels.to_bytes(parcel))

    def parcel(self, id: bytes, key: bytes, due: int, sealed: bytes) -> Parcel | None:
        """The parcel of a row, or None; `due` is in milliseconds since 1970."""
        plain = self._open("outbox", id, sealed)
        moment = datetime.fromtimestamp(due / 1000, UTC)
        return parcels.from_bytes(id, key, moment, plain) if plain else None

    def reseal_parcel(self, id: bytes, sealed: bytes) -> bytes | None:
        """The same under the present secret, or None."""
        plain = self._open("outbox", id, sealed)
        return self._keyring.seal("outbox", id, plain) if plain else None

    def _open(self, purpose: Purpose, owner: bytes, sealed: bytes) -> bytes | None:
        try:
            return self._keyring.open(purpose, owner, sealed)
        except Unreadable:
            log.error("unreadable", what=purpose)
            return None
