"""Consents over both databases: found, moved to a new secret, ended; and gone with an erase."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.consents import Consent, Consents
from bot.database import Database, consents
from bot.privacy import Keyring, Pseudonym
from bot.store import Changes, Store
from tests.tiny import NOW, SECRET

TODAY = NOW.date()
YES = Consent(True, "en", "high", 5)
ANOTHER = "another secret, long enough for anybody at all"


def names(keyring: Keyring, user: str = "1", guild: str = "9") -> tuple[Pseudonym, Pseudonym]:
    """Somebody and a server."""
    return keyring.pseudonym("discord", "b", user), keyring.pseudonym("discord", "b", f"server {guild}")


@pytest.fixture
def kept(database: Database, keyring: Keyring) -> Consents:
    """Consents over a database."""
    return Consents(database, keyring)


async def test_what_is_kept_is_found_for_that_person_and_place_only(kept: Consents, keyring: Keyring) -> None:
    await kept.keep(*names(keyring), YES, TODAY)
    assert await kept.find(*names(keyring), TODAY) == YES
    assert await kept.find(*names(keyring, "2"), TODAY) is None
    assert await kept.find(*names(keyring, guild="8"), TODAY) is None
    await kept.keep(*names(keyring), Consent(False), TODAY)
    assert await kept.find(*names(keyring), TODAY) == Consent(False)


async def test_a_new_secret_finds_it_and_moves_it(
    database: Database, kept: Consents, keyring: Keyring
) -> None:
    await kept.keep(*names(keyring), YES, TODAY)
    both, new = Keyring(ANOTHER, SECRET), Keyring(ANOTHER)
    assert await Consents(database, both).find(*names(both), TODAY) == YES
    assert await Consents(database, new).find(*names(new), TODAY) == YES
    assert await kept.find(*names(keyring), TODAY) is None


async def test_another_secret_reads_nothing(database: Database, kept: Consents, keyring: Keyring) -> None:
    await kept.keep(*names(keyring), YES, TODAY)
    assert await Consents(database, Keyring(ANOTHER)).find(*names(keyring), TODAY) is None


async def test_it_ends(kept: Consents, keyring: Keyring) -> None:
    for user in "12":
        await kept.keep(*names(keyring, user), YES, TODAY)
    await kept.end(*names(keyring))
    assert await kept.find(*names(keyring), TODAY) is None and await kept.find(*names(keyring, "2"), TODAY)
    await kept.end_all(names(keyring)[1])
    assert await kept.find(*names(keyring, "2"), TODAY) is None


async def test_what_was_erased_is_not_brought_back_by_a_change(kept: Consents, keyring: Keyring) -> None:
    await kept.keep(*names(keyring), YES, TODAY)
    changed = Consent(True, "en", "emergency", 9)
    assert await kept.renew(*names(keyring), TODAY, grade="emergency", offered=9) == changed
    assert await kept.find(*names(keyring), TODAY) == changed
    await kept.end(*names(keyring))
    assert await kept.renew(*names(keyring), TODAY, grade="high", offered=10) is None
    assert await kept.find(*names(keyring), TODAY) is None


async def test_an_erase_takes_it_along(database: Database, kept: Consents, keyring: Keyring) -> None:
    for user in "12":
        await kept.keep(*names(keyring, user), YES, TODAY)
    async with Store(database, keyring).transaction(NOW) as transaction:
        await transaction.write(Changes(erase={names(keyring)[0].key}))
    async with database.read() as connection:
        [row] = (await connection.execute(sa.select(consents))).all()
    assert row.key == names(keyring, "2")[0].key
