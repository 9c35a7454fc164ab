"""LINE's side of rich menus, over a real socket, as its reference says: two hosts, and nothing before its picture."""

from __future__ import annotations

import io
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from linebot.v3.messaging import models
from PIL import Image

from bot.line.richmenu import LABEL, LINE, Area, Menus, Tab
from flows.model import Tap
from flows.reading.limits import graphemes

TOKEN = "an access token"
Json = dict[str, Any]


def area(number: int = 1, to: str = "human", page: str = "") -> Area:
    """An area with the longest words that a writer may use."""
    return Area(f"a{number}", "国" * LABEL, "鬱" * LINE, Tap("", "", to), page)


def menus(*, count: int = 2, bar: str = "メニュー") -> Menus:
    """Two tabs with so many areas each."""
    areas = tuple(area(number, "menu" if number else "human") for number in range(count))
    return Menus(bar, (Tab("person", "わたし", areas), Tab("family", "家族", areas)))


@dataclass
class LineMenus:
    """The menus, pictures, aliases and default of one account; `did` names every call that changed something.

    `faults` are answers (status, body) for the next calls whose path contains the key.
    """

    menus: dict[str, Json] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    default: str = ""
    did: list[str] = field(default_factory=list)
    faults: dict[str, tuple[int, Json]] = field(default_factory=dict)
    api: str = ""
    data: str = ""
    _number: int = 0

    def add(self, name: str) -> str:
        """A menu that somebody made before; its id."""
        self._number += 1
        id = f"richmenu-{self._number:032x}"
        self.menus[id] = {"name": name}
        self.pictures[id] = b"a picture"
        return id

    @property
    def names(self) -> list[str]:
        """The names of all menus, without the hash at the end of ours."""
        return sorted(re.sub(r"/[0-9a-f]{12}$", "", menu["name"]) for menu in self.menus.values())

    @asynccontextmanager
    async def served(self) -> AsyncIterator[LineMenus]:
        """Both hosts, at `api` and `data`."""
        api, data = (web.Application(middlewares=[self._door]) for _ in range(2))
        api.add_routes(
            [
                web.get("/v2/bot/richmenu/list", self._list),
                web.get("/v2/bot/richmenu/alias/list", self._alias_list),
                web.get("/v2/bot/user/all/richmenu", self._get_default),
                web.post("/v2/bot/richmenu/validate", self._validate),
                web.post("/v2/bot/richmenu", self._create),
                web.post("/v2/bot/richmenu/alias", self._new_alias),
                web.post("/v2/bot/richmenu/alias/{alias}", self._move_alias),
                web.post("/v2/bot/user/all/richmenu/{id}", self._set_default),
                web.delete("/v2/bot/richmenu/alias/{alias}", self._drop_alias),
                web.delete("/v2/bot/richmenu/{id}", self._drop),
            ]
        )
        data.add_routes([web.post("/v2/bot/richmenu/{id}/content", self._picture)])
        async with TestServer(api) as one, TestServer(data) as other:
            self.api, self.data = str(one.make_url("")).rstrip("/"), str(other.make_url("")).rstrip("/")
            yield self

    @web.middleware
    async def _door(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _refused(401, "Authentication failed. Confirm that the access token is valid.")
        for part in list(self.faults):
            if part in request.path:
                status, body = self.faults.pop(part)
                return web.json_response(body, status=status)
        answer: web.StreamResponse = await handler(request)
        if request.method != "GET" and answer.status < 300:
            self.did.append(f"{request.method} {request.path}")
        return answer

    async def _list(self, _: web.Request) -> web.Response:
        found = [{"richMenuId": id, **menu} for id, menu in self.menus.items()]
        return web.json_response({"richmenus": found})

    async def _alias_list(self, _: web.Request) -> web.Response:
        found = [{"richMenuAliasId": alias, "richMenuId": id} for alias, id in self.aliases.items()]
        return web.json_response({"aliases": found})

    async def _get_default(self, _: web.Request) -> web.Response:
        if not self.default:
            return _refused(404, "no default richmenu")
        return web.json_response({"richMenuId": self.default})

    async def _validate(self, request: web.Request) -> web.Response:
        assert_line_takes_menu(await request.json())
        return web.json_response({})

    async def _create(self, request: web.Request) -> web.Response:
        menu = await request.json()
        assert_line_takes_menu(menu)
        id = self.add("")
        self.menus[id] = menu
        del self.pictures[id]
        return web.json_response({"richMenuId": id})

    async def _picture(self, request: web.Request) -> web.Response:
        id, raw = request.match_info["id"], await request.read()
        if id in self.pictures:
            return _refused(400, "An image has already been uploaded to the richmenu")
        assert request.content_type == "image/png" and len(raw) <= 1_000_000
        with Image.open(io.BytesIO(raw)) as image:
            assert {"width": image.width, "height": image.height} == self.menus[id]["size"]
            assert image.format == "PNG"
        self.pictures[id] = raw
        return web.json_response({})

    async def _new_alias(self, request: web.Request) -> web.Response:
        body = await request.json()
        alias, id = body["richMenuAliasId"], body["richMenuId"]
        if alias in self.aliases:
            return _refused(400, "conflict richmenu alias id")
        assert re.fullmatch(r"[a-z0-9_-]{1,32}", alias)
        return self._points(id) or self._named(alias, id)

    async def _move_alias(self, request: web.Request) -> web.Response:
        alias, id = request.match_info["alias"], (await request.json())["richMenuId"]
        if alias not in self.aliases:
            return _refused(404, "richmenu alias not found")
        return self._points(id) or self._named(alias, id)

    async def _set_default(self, request: web.Request) -> web.Response:
        id = request.match_info["id"]
        if refused := self._points(id):
            return refused
        self.default = id
        return web.json_response({})

    async def _drop_alias(self, request: web.Request) -> web.Response:
        gone = self.aliases.pop(request.match_info["alias"], None)
        return web.json_response({}) if gone else _refused(404, "richmenu alias not found")

    async def _drop(self, request: web.Request) -> web.Response:
        id = request.match_info["id"]
        assert id != self.default and id not in self.aliases.values(), "people would see a menu vanish"
        if self.menus.pop(id, None) is None:
            return _refused(404, "Not found")
        self.pictures.pop(id, None)
        return web.json_response({})

    def _points(self, id: str) -> web.Response | None:
        if id not in self.menus:
            return _refused(404, "Not found")
        return None if id in self.pictures else _refused(400, "must upload richmenu image before linking")

    def _named(self, alias: str, id: str) -> web.Response:
        self.aliases[alias] = id
        return web.json_response({})


def _refused(status: int, message: str) -> web.Response:
    return web.json_response({"message": message}, status=status)


def assert_line_takes_menu(menu: Json) -> None:
    """What LINE's reference says about a rich menu, and nothing that its SDK does not know."""
    assert json.loads(models.RichMenuRequest.from_dict(menu).to_json()) == menu
    width, height = menu["size"]["width"], menu["size"]["height"]
    assert 800 <= width <= 2500 and height >= 250 and width / height >= 1.45
    assert 1 <= graphemes(menu["name"]) <= 300 and 1 <= graphemes(menu["chatBarText"]) <= 14
    assert 1 <= len(menu["areas"]) <= 20
    for area in menu["areas"]:
        bounds, action = area["bounds"], area["action"]
        assert bounds["x"] + bounds["width"] <= width and bounds["y"] + bounds["height"] <= height
        assert 1 <= graphemes(action["label"]) <= 20
        match action["type"]:
            case "postback":
                assert 1 <= len(action["data"]) <= 300 and 1 <= graphemes(action["displayText"]) <= 300
            case "richmenuswitch":
                assert 1 <= len(action["data"]) <= 300
                assert re.fullmatch(r"[a-z0-9_-]{1,32}", action["richMenuAliasId"])
            case "uri":
                assert re.match(r"https?://", action["uri"]) and len(action["uri"]) <= 1000
            case other:
                raise AssertionError(other)
