"""Everything the bot says in the real content is accepted by both platforms' renderings."""

from __future__ import annotations

from bot.discord.render import render as render_discord
from bot.discord.render import render_private
from bot.line.render import render as render_line
from flows.engine import take_turn
from flows.model import Event, Input, Link, Typed
from tests.discord.limits import message_fault
from tests.support import SUNDAY_NIGHT, book
from tests.test_engine import situations

PAGES = (
    Link("プライバシー", "https://bot.example.org/privacy"),
    Link("利用について", "https://bot.example.org/terms"),
)


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
            private = render_private(reply, "0123abcd", "文で書く", PAGES)
            assert len(private) == 1 and message_fault(private[0]) is None
            rendered += 1
    assert rendered > 2000
