"""What an operator asks of LINE's control plane: where the webhook is, whether all is set up, the friend link.

Facts: LINE's Messaging API reference, read November 2026. Redelivery, greeting and automatic replies have no API.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
import segno

from bot.commandline import Told, Trouble
from bot.line.webhook import PATH

#: Seconds for one call. A webhook test takes as long as the bot that is tested.
TOTAL = 20.0
#: Characters of what LINE says that are shown.
SHOWN = 200
#: Pixels of one module of the QR code: over 1,200 a side, sharp on a poster.
MODULE = 40

ENDPOINT = "/v2/bot/channel/webhook/endpoint"
TEST = "/v2/bot/channel/webhook/test"

CONSOLE = "LINE Developers Console, the channel, tab Messaging API"
MANAGER = "LINE Official Account Manager, Settings, Response settings"

CHAT_ON = (
    "Staff could read along in the LINE Official Account Manager, and LINE keeps what people write there. "
    f"Switch Chat off ({MANAGER}), and Greeting message and Auto-response off on the same page."
)
REDELIVERY = (
    "Redelivery: cannot be seen from here. Without it, what arrives while the bot is away is lost. "
    f"Switch on Webhook redelivery ({CONSOLE})."
)
AUTOMATIC = (
    "Greeting and automatic replies: cannot be seen from here. "
    f"Switch Greeting message and Auto-response off ({MANAGER}); the bot greets."
)
INACTIVE = f"LINE sends nothing to the bot yet. Switch on Use webhook ({CONSOLE})."

#: What to do when LINE's test of the webhook fails, by its reason or by the status that it got.
_ADVICE = {
    "COULD_NOT_CONNECT": "LINE could not connect. Check that the bot runs, that the address leads to it from "
    "outside, and that its certificate is complete and from a public authority, not self-signed.",
    "REQUEST_TIMEOUT": "The bot did not answer in time; LINE waits about two seconds. Check that the bot runs and "
    "that its hoster does not put it to sleep, then try again.",
    "400": "The running bot has another channel secret. Copy it again (LINE Developers Console, the channel, tab "
    "Basic settings) into LINE_CHANNEL_SECRET and restart the bot.",
    "401": "Something in front of the bot asks for a login. Let POST /line/webhook through.",
    "403": "Something in front of the bot blocks LINE. Let POST /line/webhook through; LINE has no fixed addresses.",
    "404": "Something answers there, but no bot with LINE on. Set the LINE_… variables there, and restart the bot.",
    "502": "The server in front is there, the bot behind it is not. Start the bot.",
    "503": "The server in front is there, the bot behind it is not. Start the bot.",
}
_OTHERWISE = "See the log of the bot and of the server in front of it, then try again in a minute."
_STRANGER = "What answers there is not LINE. Check LINE_API_BASE."
_REFUSALS = {  # by status, when LINE does not do what it is asked
    401: "LINE does not accept LINE_CHANNEL_ACCESS_TOKEN. It is not whole, of another channel, or a newer one was "
    f"issued. Issue one ({CONSOLE}, Channel access token), set it and restart the bot.",
    403: "LINE refuses this machine. If the channel's tab Security settings lists addresses, add this machine's.",
    429: "LINE was asked too often. Try again later; it tests a webhook 60 times an hour.",
}

Json = dict[str, Any]


class Console:
    """LINE's control plane. Open it with `async with`; every call raises `Trouble` when LINE does not do it.

    Args:
        base: the API's address, without a slash at the end.
        token: the channel access token.
    """

    def __init__(self, base: str, token: str) -> None:
        self._base = base
        self._token = token

    async def __aenter__(self) -> Console:
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {self._token}"}, timeout=aiohttp.ClientTimeout(total=TOTAL)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Json:
        """One call; what LINE answers."""
        try:
            url = self._base + path
            async with self._session.request(method, url, json=body, allow_redirects=False) as response:
                return _answer(path, response.status, await response.read())
        except TimeoutError:
            raise Trouble(f"{self._base} did not answer in {TOTAL:.0f} seconds. Try again later.") from None
        except aiohttp.ClientError as error:
            why = f"{self._base} cannot be reached ({type(error).__name__})."
            raise Trouble(f"{why} Check this machine's network, and LINE_API_BASE if it is set.") from None

    async def find(self, path: str) -> Json | None:
        """What stands there, or None when there is nothing."""
        try:
            return await self.call("GET", path)
        except Trouble as trouble:
            if trouble.status != 404:
                raise
        return None

    async def account(self) -> Json:
        """What LINE tells about this account; it has a basic id."""
        info = await self.call("GET", "/v2/bot/info")
        if not info.get("basicId"):
            raise Trouble(_STRANGER)
        return info


def _answer(path: str, status: int, raw: bytes) -> Json:
    try:
        found = json.loads(raw or b"{}")
    except ValueError:
        found = None
    if status in _REFUSALS:
        raise Trouble(_REFUSALS[status], status)
    if status >= 500:
        raise Trouble(f"LINE itself has trouble (status {status}). Try again later.", status)
    if status >= 300:
        said = shown(found, "message") if isinstance(found, dict) else ""
        raise Trouble(f"LINE refuses {path} (status {status}). {said}".strip(), status)
    if not isinstance(found, dict):
        raise Trouble(_STRANGER)
    return found


def shown(table: Mapping[str, Any], name: str) -> str:
    """A value of LINE's as it may go to a terminal: one short line without control characters."""
    text = "".join(one if one.isprintable() else " " for one in str(table.get(name, "")))
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def webhook_address(url: str) -> str:
    """The webhook's address for that of the bot: `https://bot.example` → `https://bot.example/line/webhook`.

    Raises:
        ValueError: LINE could not call it; says why.
    """
    address = url.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        good = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError("is no https address; LINE calls no other. Write it like https://bot.example.org")
    if parts.query or parts.fragment or parts.username is not None or not address.isascii():
        raise ValueError("holds more than a plain address: leave away ? # @ and letters outside ASCII.")
    return address if parts.path.endswith(PATH) else address + PATH


async def set_up(console: Console, address: str) -> Told:
    """Sets the webhook and has LINE try it.

    Args:
        console: LINE's control plane.
        address: the webhook's, from `webhook_address`.
    """
    unusable = f"LINE cannot use {address}. Is the host name spelled right, and known to everybody (DNS)?"
    try:
        await console.call("PUT", ENDPOINT, {"endpoint": address})
    except Trouble as trouble:
        raise Trouble(unusable) if trouble.status == 400 else trouble from None
    lines = [f"The webhook is set: {address}"]
    try:
        wrong = _failed(await console.call("POST", TEST, {"endpoint": address}))
        if not wrong:
            lines.append("LINE tried it and the bot answered (status 200).")
        if not (await console.call("GET", ENDPOINT)).get("active"):
            lines.append(f"Next: {INACTIVE}")
    except Trouble as trouble:
        wrong = [unusable if trouble.status == 400 else str(trouble)]
    return Told([*lines, REDELIVERY, "When that is done: python -m bot line status"], wrong)


def _failed(tried: Json) -> list[str]:
    if tried.get("success") is True:
        return []
    reason, status = shown(tried, "reason"), shown(tried, "statusCode")
    said = f"LINE tried the webhook and failed: {reason}, status {status}, {shown(tried, 'detail')}"
    return [said, _ADVICE.get(reason) or _ADVICE.get(status) or _OTHERWISE]


async def status(console: Console, budget: int, public_url: str | None) -> Told:
    """All that LINE tells about this account, and what is missing.

    Args:
        console: LINE's control plane.
        budget: LINE_PUSH_BUDGET.
        public_url: PUBLIC_URL, if it is set.
    """
    info = await console.account()
    told = Told(_known(info), [])
    _chat(told, info)
    _webhook(told, await console.find(ENDPOINT), public_url)
    quota = await console.call("GET", "/v2/bot/message/quota")
    used = await console.call("GET", "/v2/bot/message/quota/consumption")
    _pushes(told, quota, used.get("totalUsage"), budget)
    menus = (await console.call("GET", "/v2/bot/richmenu/list")).get("richmenus")
    default = await console.find("/v2/bot/user/all/richmenu")
    count = len(menus) if isinstance(menus, list) else 0
    told.lines.append(f"Rich menus: {count}, default {shown(default, 'richMenuId') if default else 'none'}")
    told.lines.extend((REDELIVERY, AUTOMATIC))
    return told


def _chat(told: Told, info: Json) -> None:
    mode = shown(info, "chatMode")
    word = {"bot": "off", "chat": "on"}.get(mode, "unknown")
    told.lines.append(f"Chat: {word} (chatMode {mode}, markAsReadMode {shown(info, 'markAsReadMode')})")
    if mode != "bot":
        told.wrong.append(f"Chat is {word}. {CHAT_ON}")


def _webhook(told: Told, endpoint: Json | None, public_url: str | None) -> None:
    set_it = f"Run: python -m bot line setup {public_url or 'https://…'}"
    address = shown(endpoint, "endpoint") if endpoint else ""
    if not endpoint or not address:
        told.lines.append("Webhook: not set")
        told.wrong.append(f"LINE does not know where the bot is. {set_it}")
        return
    told.lines.append(f"Webhook: {address} ({'on' if endpoint.get('active') else 'off'})")
    if not endpoint.get("active"):
        told.wrong.append(INACTIVE)
    if not address.endswith(PATH):
        told.wrong.append(f"The webhook is not this bot's: it does not end with {PATH}. {set_it}")
    elif public_url and address != public_url + PATH:
        told.lines.append(f"  PUBLIC_URL is elsewhere: {public_url}. If the bot has moved: {set_it}")


def _pushes(told: Told, quota: Json, used: object, budget: int) -> None:
    limit = quota.get("value") if quota.get("type") == "limited" else None
    of = "no limit set" if limit is None else f"LINE's limit {limit}"
    told.lines.append(f"Pushes this month: about {used}, {of}, LINE_PUSH_BUDGET {budget}")
    if not isinstance(used, int) or not isinstance(limit, int):
        return
    if used >= limit:
        told.wrong.append(
            "The pushes of this month are spent. Replies still go out, but when one comes too late, even desks for "
            "somebody in danger do not arrive. Take a larger plan (LINE Official Account Manager)."
        )
    elif budget >= limit:
        told.wrong.append(f"LINE_PUSH_BUDGET leaves none for people in danger. Set less than {limit}.")


def _link(info: Json) -> str:
    return f"https://line.me/R/ti/p/{quote(shown(info, 'basicId'), safe='')}"


def _known(info: Json) -> list[str]:
    return [
        f"Account: {shown(info, 'displayName')} ({shown(info, 'basicId')})",
        f"Friend link: {_link(info)}",
    ]


async def card(console: Console, path: Path) -> Told:
    """Writes the friend link as a QR code for posters.

    Args:
        console: LINE's control plane.
        path: the PNG file.
    """
    info = await console.account()
    try:
        with path.open("wb") as file:
            segno.make_qr(_link(info), error="q").save(file, kind="png", scale=MODULE)
    except OSError as error:
        raise Trouble(f"{path} cannot be written: {error.strerror}. Name another with --to.") from None
    code = f"QR code: {path}. Print it 3 cm or wider with its white margin, and try it with a phone."
    return Told([*_known(info), code], [])
