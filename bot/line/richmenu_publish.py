"""Puts the rich menus on LINE: validate, create, give each its picture, point the tabs and everybody at them, and
only then take the old ones away.

A menu's name carries a hash of all that is on the menus. The tabs' names (aliases) and the default are set when every
picture is there, so menus of this hash that they point to are whole, and there is nothing left to do.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import aiohttp

from bot.commandline import Trouble
from bot.line.richmenu import Json, Menus, as_json
from bot.line.richmenu_image import draw
from bot.line.setup import TOTAL, Console, shown

#: The names of our menus begin like this; others are left alone.
PREFIX = "tomoshibi/"

MENUS, ALIASES, DEFAULT = "/v2/bot/richmenu", "/v2/bot/richmenu/alias", "/v2/bot/user/all/richmenu"


@dataclass(frozen=True, slots=True)
class Design:
    """One menu ready for LINE: what it is, its picture, and the alias by which it is switched to."""

    tab: str
    alias: str
    menu: Json
    image: bytes


def designs(menus: Menus, public_url: str | None) -> tuple[Design, ...]:
    """All menus, drawn and named.

    Args:
        menus: from `read_menus`.
        public_url: the bot's own address, if it has one.
    """
    bare = [
        Design(tab.id, tab.alias, as_json(menus, tab, public_url), draw(menus, tab)) for tab in menus.tabs
    ]
    digest = hashlib.sha256()
    for design in bare:
        digest.update(json.dumps([design.alias, design.menu], sort_keys=True).encode() + design.image)
    version = digest.hexdigest()[:12]
    return tuple(
        Design(one.tab, one.alias, {"name": f"{PREFIX}{one.tab}/{version}", **one.menu}, one.image)
        for one in bare
    )


class MenuConsole(Console):
    """LINE's control plane with what menus need of it. Open it with `async with`.

    Args:
        base, token: as for `Console`.
        data_base: the address of the API that takes pictures, without a slash at the end.
    """

    def __init__(self, base: str, data_base: str, token: str) -> None:
        super().__init__(base, token)
        self._data_base = data_base

    async def __aenter__(self) -> MenuConsole:
        await super().__aenter__()
        return self

    async def listed(self, path: str, name: str) -> Sequence[Json]:
        """The objects of a list."""
        found = (await self.call("GET", path)).get(name)
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    async def show_to_all(self, menu_id: str) -> None:
        """Makes a menu everybody's who has not switched to another one."""
        await self.call("POST", f"{DEFAULT}/{menu_id}")

    async def remove(self, path: str) -> None:
        """Takes away what stands there; what is gone already is fine."""
        try:
            await self.call("DELETE", path)
        except Trouble as trouble:
            if trouble.status != 404:
                raise

    async def validate(self, design: Design) -> None:
        """Raises `Trouble`, with all that LINE says, when LINE would not take a menu."""
        data = json.dumps(design.menu, ensure_ascii=False).encode()
        url = f"{self._base}{MENUS}/validate"
        await self._tried(f"the menu {design.tab}", url, data, "application/json")

    async def upload(self, menu_id: str, design: Design) -> None:
        """Gives a menu its picture."""
        url = f"{self._data_base}{MENUS}/{menu_id}/content"
        await self._tried(f"the picture of the menu {design.tab}", url, design.image, "image/png")

    async def _tried(self, what: str, url: str, data: bytes, kind: str) -> None:
        try:
            async with self._session.post(
                url, data=data, headers={"Content-Type": kind}, allow_redirects=False
            ) as response:
                status, raw = response.status, await response.read()
        except TimeoutError:
            raise Trouble(f"LINE did not take {what} within {TOTAL:.0f} seconds. Try again later.") from None
        except aiohttp.ClientError as error:
            raise Trouble(
                f"{url} cannot be reached ({type(error).__name__}). Check the network of this machine, "
                "and LINE_API_BASE and LINE_DATA_API_BASE if they are set."
            ) from None
        if status >= 500 or status == 429:
            raise Trouble(f"LINE has no time for {what} (status {status}). Try again later.", status)
        if status >= 300:
            raise Trouble(f"LINE refuses {what} (status {status}). {_reasons(raw)}".strip(), status)


def _reasons(raw: bytes) -> str:
    """LINE's message and its details, each with the place in the menu that it is about."""
    try:
        found = json.loads(raw)
    except ValueError:
        return ""
    if not isinstance(found, dict):
        return ""
    details = found.get("details")
    told = [
        f"{shown(one, 'property')}: {shown(one, 'message')}"
        for one in (details if isinstance(details, list) else [])
        if isinstance(one, dict)
    ]
    return " / ".join([shown(found, "message"), *told])


# ---------------------------------------------------------------------------------------------- publishing


async def publish(line: MenuConsole, menus: Sequence[Design], tell: Callable[[str], object]) -> None:
    """Brings LINE's menus to these; does nothing where they are there already.

    Args:
        line: LINE's control plane.
        menus: the wanted ones; everybody sees the first one first.
        tell: told in one sentence each what was done.

    Raises:
        Trouble: LINE did not do it. What people saw before stays until the new menus are whole.
    """
    ours = {
        str(one.get("richMenuId")): str(one.get("name"))
        for one in await line.listed(f"{MENUS}/list", "richmenus")
        if str(one.get("name")).startswith(PREFIX)
    }
    aliases = {
        str(one.get("richMenuAliasId")): str(one.get("richMenuId"))
        for one in await line.listed(f"{ALIASES}/list", "aliases")
    }
    default = (await line.find(DEFAULT) or {}).get("richMenuId")
    pointed = [aliases.get(one.alias, "") for one in menus]
    if default == pointed[0] and [ours.get(id) for id in pointed] == [one.menu["name"] for one in menus]:
        tell("These menus are on LINE already.")
    else:
        pointed = await _put(line, menus, aliases)
        tell(f"On LINE now: {', '.join(one.menu['name'] for one in menus)}. The first one is everybody's.")
    await _clear(line, {id: name for id, name in ours.items() if id not in pointed}, aliases, menus, tell)


async def _put(line: MenuConsole, menus: Sequence[Design], aliases: Mapping[str, str]) -> list[str]:
    """Makes the menus; returns their ids."""
    for one in menus:
        await line.validate(one)
    made = []
    for one in menus:
        id = str((await line.call("POST", MENUS, one.menu)).get("richMenuId", ""))
        if not id:
            raise Trouble(f"LINE gave no id to the menu {one.tab}. Try again later.")
        await line.upload(id, one)
        made.append(id)
    for one, id in zip(menus, made, strict=True):
        if one.alias in aliases:
            await line.call("POST", f"{ALIASES}/{one.alias}", {"richMenuId": id})
        else:
            await line.call("POST", ALIASES, {"richMenuAliasId": one.alias, "richMenuId": id})
    await line.show_to_all(made[0])
    return made


async def _clear(
    line: MenuConsole,
    old: Mapping[str, str],
    aliases: Mapping[str, str],
    menus: Sequence[Design],
    tell: Callable[[str], object],
) -> None:
    """Takes away menus of ours that nothing points to any more, and aliases of tabs that are gone."""
    wanted = {one.alias for one in menus}
    for alias, id in aliases.items():
        if id in old and alias not in wanted:
            await line.remove(f"{ALIASES}/{alias}")
    for id, name in old.items():
        await line.remove(f"{MENUS}/{id}")
        tell(f"Taken away: {name}")
