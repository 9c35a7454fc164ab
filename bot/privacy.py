"""Pseudonyms and sealing. What is kept can be tied to nobody, and read by nobody, without the secret.

All keys are derived from BOT_SECRET (HKDF-SHA256, RFC 5869). Each pseudonym and each sealed blob begins with the
number of the key it was made with, so that after a rotation the old ones are still understood
(BOT_SECRET_PREVIOUS, which is only read). The number is a fingerprint: the same secret always has the same one.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

#: Characters that a secret has at least.
SECRET_LENGTH = 32
#: Bytes of a key number; two secrets share one by chance once in four thousand million.
NUMBER = 4
#: Bytes of the random part of a pseudonym, and of a hashed event id.
DIGEST = 16
#: Bytes of an AES-GCM nonce. Random nonces are safe for 2^32 seals under one key (NIST SP 800-38D, 8.3).
NONCE = 12

#: What a blob holds. It is authenticated with the blob, so that one kind cannot stand in for another.
Purpose = Literal["person", "outbox", "consent"]


class Unreadable(Exception):
    """A blob was not sealed with a key that is known, or is not the one that was sealed."""


class BadSecret(Exception):
    """The secret that is kept in a file cannot be read, made or used; says what to do."""


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """A person on one platform: `key` is used; `previous` is what the secret before made of the same person."""

    key: bytes
    previous: bytes | None = None


class _Key:
    """Everything that is derived from one secret."""

    def __init__(self, secret: str) -> None:
        self.number = _derive(secret, "number", NUMBER)
        self._person = _derive(secret, "pseudonym", 32)
        self._event = _derive(secret, "event", 32)
        self.cipher = AESGCM(_derive(secret, "seal", 32))

    def pseudonym(self, name: bytes) -> bytes:
        return self.number + hmac.digest(self._person, name, "sha256")[:DIGEST]

    def event(self, name: bytes) -> bytes:
        return hmac.digest(self._event, name, "sha256")[:DIGEST]


class Keyring:
    """The present secret and the one before it, if any.

    Args:
        secret: BOT_SECRET, at least SECRET_LENGTH characters.
        previous: BOT_SECRET_PREVIOUS, or None.
    """

    def __init__(self, secret: str, previous: str | None = None) -> None:
        self._key = _Key(secret)
        self._previous = _Key(previous) if previous and previous != secret else None
        self._ciphers = {key.number: key.cipher for key in (self._key, self._previous) if key}

    def pseudonym(self, platform: str, account: str, user: str) -> Pseudonym:
        """Who writes: one pseudonym for a platform, a bot account on it, and a user id there."""
        name = _joined(platform, account, user)
        return Pseudonym(
            self._key.pseudonym(name), self._previous.pseudonym(name) if self._previous else None
        )

    def event_ids(self, platform: str, event_id: str) -> tuple[bytes, ...]:
        """An event's id, hashed: under the present secret first, then under the one before."""
        name = _joined(platform, event_id)
        present = self._key.event(name)
        return (present, self._previous.event(name)) if self._previous else (present,)

    def seal(self, purpose: Purpose, owner: bytes, plain: bytes) -> bytes:
        """Encrypts and authenticates `plain` for the row `owner` with AES-256-GCM."""
        nonce = os.urandom(NONCE)
        return self._key.number + nonce + self._key.cipher.encrypt(nonce, plain, purpose.encode() + owner)

    def open(self, purpose: Purpose, owner: bytes, blob: bytes) -> bytes:
        """What `seal` was given. Raises Unreadable when the blob is not of this purpose, owner and keyring."""
        cipher = self._ciphers.get(blob[:NUMBER])
        if cipher is None:
            raise Unreadable("sealed with a key that is not known here")
        nonce, sealed = blob[NUMBER : NUMBER + NONCE], blob[NUMBER + NONCE :]
        try:
            return cipher.decrypt(nonce, sealed, purpose.encode() + owner)
        except (InvalidTag, ValueError):
            raise Unreadable("not what was sealed") from None


def kept_secret(path: Path, notice: Callable[[str], object]) -> str:
    """The secret in a file, made there once (mode 0600) when there is none.

    Args:
        path: the file.
        notice: told in one sentence when the file was made.

    Raises:
        BadSecret: the file cannot be read or made, or holds less than SECRET_LENGTH characters.
    """
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _make(path, new_secret())
            notice(
                f"{path} was made: the key to everything this bot keeps. Without it nothing that is kept can be"
                " read. Back it up, but never together with the database."
            )
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not plain text"
        raise BadSecret(f"{path} cannot be used: {reason}. Set BOT_SECRET, or make it readable.") from None
    if len(secret) < SECRET_LENGTH:
        raise BadSecret(f"{path} holds fewer than {SECRET_LENGTH} characters. Restore it, or set BOT_SECRET.")
    return secret


def previous_path(path: Path) -> Path:
    """Where the secret before stands, beside the present one."""
    return path.with_name(f"{path.name}.previous")


def new_secret() -> str:
    """A secret that nobody guesses."""
    return secrets.token_urlsafe(48)


def rotate_secret(path: Path) -> None:
    """Writes a new secret into a file; the one before is kept beside it.

    A crash in between leaves the same secret in both, which is no rotation.

    Raises:
        BadSecret: there is none, or a file cannot be written.
    """
    try:
        _make(previous_path(path), path.read_text(encoding="ascii").strip())
        _make(path, new_secret())
    except OSError as error:
        raise BadSecret(f"{path} cannot be changed: {error.strerror}. Has the bot run here?") from None


def _make(path: Path, secret: str) -> None:
    """Writes beside and moves into place, so that a crash leaves no half a secret."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(descriptor)
    draft.replace(path)


def _derive(secret: str, purpose: str, length: int) -> bytes:
    info = f"tomoshibi {purpose} 1".encode()
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret.encode())


def _joined(*parts: str) -> bytes:
    """The parts, each behind its length, so that no two lists of parts look alike."""
    encoded = [
        part.encode(errors="surrogatepass") for part in parts
    ]  # JSON lets halves of characters through
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
