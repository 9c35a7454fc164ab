"""What somebody would be told who comes to a step, without anybody coming there."""

from __future__ import annotations

from datetime import datetime

from flows.engine import finished
from flows.model import Book, Language, Position, Reply, State, Target, Voice
from flows.talking.talk import Talk


def preview(book: Book, target: Target, voice: Voice, language: Language, now: datetime) -> Reply:
    """The reply with which a talk arrives at a step.

    Args:
        book: the content.
        target: the step; it exists.
        voice, language: of whoever is talked to.
        now: decides which desks are open.
    """
    talk = Talk.of(book, State(Position(voice=voice, language=language)), now)
    talk.go(target)
    return finished(talk).reply
