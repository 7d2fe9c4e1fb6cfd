"""Desks for tests: a running world, people who work there, and somebody who asked for help."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette

from bot.dialogue.flow import Answer
from console.routes import desk_routes
from handlers.caring import handoff
from handlers.keeping import erase
from handlers.office.desk import Desk
from storage.casework import cases
from storage.casework.cases import Case
from storage.clients import people
from storage.clients.people import ClientId
from storage.team import staffing
from storage.team.staffing import Purpose, Role, StaffMember
from storage.trail import audit
from storage.transaction import Work
from tests.worlds import TestBed

HERE: Final = "bnnk-kendari"
ELSEWHERE: Final = "bnnk-kolaka"
ORIGIN: Final = "http://desk.test"

ANSWERS: Final[Mapping[str, Answer]] = MappingProxyType(
    {
        "consent": "agree",
        "age_band": "age_25_34",
        "area": "74.71.01",
        "substances": ("stimulants", "alcohol"),
        "how_often": "weekly",
        "safety": ("none",),
        "readiness": "slowly",
        "contact": "here_evening",
    }
)
_CHECK = re.compile(r'name="check" value="([0-9a-f]{64})"')
_ONCE = re.compile(r'name="once" value="([\w-]+)"')


@dataclass(slots=True)
class Browser:
    """A browser of somebody who is signed in; it has no scripts."""

    http: AsyncClient
    member: StaffMember

    async def open(self, path: str) -> Response:
        """Open a page."""
        return await self.http.get(path)

    async def post(self, path: str, headers: Mapping[str, str] | None = None, **fields: str) -> Response:
        """Send a form with the mark of this session; the answer is not followed."""
        check = fields.pop("check", None) or await self.find_check()
        sent = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"} if headers is None else headers
        return await self.http.post(path, data={"check": check, **fields}, headers=sent)

    async def upload(self, path: str, file: bytes, **fields: str) -> Response:
        """Send a form with a file, as a browser does."""
        fields.setdefault("check", await self.find_check())
        sent = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
        named = {"file": ("../../C:\\contoh <b>.png", file, "application/x-whatever")}
        return await self.http.post(path, data=fields, files=named, headers=sent)

    async def find_check(self) -> str:
        """Read the mark of this session off a page."""
        found = _CHECK.search((await self.open("/desk")).text)
        assert found is not None
        return found[1]

    async def find_once(self, code: str) -> str:
        """Read the number of the reply form off the page of a case."""
        found = _ONCE.search((await self.open(f"/desk/cases/{code}")).text)
        assert found is not None
        return found[1]


@dataclass(slots=True)
class TestDesk:
    """A desk over a running world."""

    __test__ = False

    bed: TestBed
    secure: bool = False
    app: Starlette = field(init=False)
    opened: list[AsyncClient] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Serve the desk alone."""
        self.app = Starlette(routes=desk_routes(Desk(self.bed.world), secure=self.secure))

    def visitor(self, address: str = "127.0.0.1") -> AsyncClient:
        """Come from somewhere without having signed in."""
        origin = ORIGIN.replace("http:", "https:") if self.secure else ORIGIN
        http = AsyncClient(transport=ASGITransport(self.app, client=(address, 1)), base_url=origin)
        self.opened.append(http)
        return http

    async def hire(
        self, role: Role = Role.COUNSELLOR, unit: str | None = HERE, alias: str = "Kak Melati"
    ) -> StaffMember:
        """Add somebody who works here."""
        return await self.bed.world.database.write(lambda work: staffing.add_staff(work, role, unit, alias))

    async def invite(self, member: StaffMember) -> str:
        """Return the path of a sign-in link."""
        database = self.bed.world.database
        token = await database.write(lambda work: staffing.invite(work, member.id, Purpose.SIGN_IN))
        return f"/desk/sign-in/{token}"

    async def sign_in(self, member: StaffMember) -> Browser:
        """Sign somebody in."""
        http = self.visitor()
        response = await http.post(await self.invite(member))
        assert response.status_code == 303, response.text
        return Browser(http, member)

    async def refer(self, address: str = "9001", unit: str = HERE, **changed: Answer) -> str:
        """Have somebody ask a unit for help; return the code of the case."""
        world = self.bed.world

        def step(work: Work) -> str:
            index = world.address_index("telegram", address)
            client_id = people.welcome(work, index, "telegram", address, "id")
            handoff.refer(work, world, client_id, "intake", {**ANSWERS, **changed, "unit": unit}, "id")
            case = cases.open_case_of(work, client_id)
            assert case is not None
            return case.code

        code = await world.database.write(step)
        await self.bed.flush()
        return code

    async def client_says(self, code: str, text: str) -> None:
        """Have the client of a case write to the counsellor."""
        world = self.bed.world
        client_id = (await self.case(code)).client_id
        await world.database.write(lambda work: handoff.client_says(work, world, ClientId(client_id), text))

    async def case(self, code: str) -> Case:
        """Look a case up in the store."""
        case = await self.bed.world.database.read(lambda work: cases.find_by_code(work, code))
        assert case is not None
        return case

    async def find(self, code: str) -> Case | None:
        """Look up a case that may be gone."""
        return await self.bed.world.database.read(lambda work: cases.find_by_code(work, code))

    async def erase(self, code: str) -> None:
        """Have the client of a case erase everything."""
        world, client_id = self.bed.world, (await self.case(code)).client_id
        await world.database.write(lambda work: erase.erase(work, world, client_id, "id"))

    async def deeds(self) -> list[tuple[str, str, str | None]]:
        """List (actor, action, about) of the whole audit chain, ids in hexadecimal."""
        rows = await self.bed.world.database.read(lambda work: list(audit.read_rows(work)))
        return [(row.actor, row.action, None if row.about_id is None else row.about_id.hex()) for row in rows]

    async def close(self) -> None:
        """Close every browser."""
        for http in self.opened:
            await http.aclose()
