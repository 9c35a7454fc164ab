"""Everything the bot says in the real content is accepted by both platforms' renderings."""

from __future__ import annotations

from bot.discord.render import render as render_discord
from bot.line.render import render as render_line
from flows.engine import take_turn
from flows.model import Event, Input, Typed
from tests.support import SUNDAY_NIGHT, book
from tests.test_engine import situations


def test_every_reply_of_every_situation_fits_line_and_discord() -> None:
    rendered = 0
    for state in situations():
        shown = take_turn(book(), state, Event("media"), SUNDAY_NIGHT)
        inputs: list[Input] = [button.tap for button in shown.reply.choices]
        inputs += [Typed(("もう死にたい",)), Typed(("うーん",))]
        for given in inputs:
            reply = take_turn(book(), shown.state, given, SUNDAY_NIGHT).reply
            assert 1 <= len(render_line(reply)) <= 5
            assert render_discord(reply)
            rendered += 1
    assert rendered > 2000
