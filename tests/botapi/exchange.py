"""Takes one call from its HTTP form to its answer: judge, trouble ordered by the test, perform, judge the answer."""

import asyncio
import contextlib
import json
from dataclasses import dataclass, field

from tests.botapi import oracle
from tests.botapi.arguments import Arguments, Upload
from tests.botapi.faults import ConnectionDropped, Fault, Faults
from tests.botapi.journal import Call, Journal
from tests.botapi.methods import METHODS, RawJson, get_updates
from tests.botapi.refusals import Refusal, bad_request, not_modelled
from tests.botapi.service import Service
from tests.botapi.world import Json


@dataclass(slots=True)
class Exchange:
    """The way of every call. `closing` ends whatever is still being delayed."""

    service: Service
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, name: str, given: Json, uploads: dict[str, Upload]) -> tuple[int, str]:
        """Perform one call; returns the HTTP status and the JSON text of the answer."""
        method = oracle.find_method(name)
        if method is None:
            return _write_refusal(Refusal(404, "Not Found: method not found"))
        started = self.service.world.now()
        call = self.journal.open(method, given, started)
        try:
            status, text = 200, _write_result(await self._perform(call, uploads))
        except Refusal as refusal:
            status, text = _write_refusal(refusal)
            call.description = refusal.description
        except ConnectionDropped:
            raise
        except Exception as error:  # must fail the test, and not pass for trouble at Telegram
            self.journal.complain(f"{method}: this server failed with {error!r}")
            raise
        finally:
            call.is_over = True
            call.duration_seconds = self.service.world.now() - started
            self.service.world.bell.ring()
        call.status = status
        return status, text

    async def _perform(self, call: Call, uploads: dict[str, Upload]) -> object:
        verdict = oracle.judge_call(call.method, call.parameters)
        call.parameters, call.unknown = verdict.parameters, verdict.unknown
        self._complain(call, "unknown parameter", verdict.unknown)
        self._complain(call, "wrong parameter", verdict.wrong)
        fault = self.faults.take(call.method, call.chat_id)
        await self._suffer(call, fault)
        if verdict.wrong:
            raise bad_request(verdict.wrong[0])
        if verdict.refusal:
            raise Refusal(400, verdict.refusal)
        result = await self._do(call, Arguments(verdict.parameters, uploads))
        if fault and fault.drop == "after":
            raise ConnectionDropped
        return result

    async def _do(self, call: Call, arguments: Arguments) -> object:
        if call.method == "getUpdates":
            return await get_updates(self.service, arguments)
        handler = METHODS.get(call.method)
        try:
            if handler is None:
                raise not_modelled(call.method)
            result = handler(self.service, arguments)
        except Refusal as refusal:
            if refusal.code == 501:
                self._complain(call, refusal.description, ("",))
            raise
        if not call.unknown:  # an unknown field may be echoed, and was complained of already
            self._complain(call, "this server answered wrongly", oracle.judge_result(call.method, result))
        return result

    async def _suffer(self, call: Call, fault: Fault | None) -> None:
        if fault is None:
            return
        call.was_ordered = True
        if fault.delay_seconds:
            await self._delay(fault.delay_seconds)
        if fault.drop == "before":
            raise ConnectionDropped
        refusal = fault.make_refusal()
        if refusal:
            raise refusal

    async def _delay(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.closing.wait()

    def _complain(self, call: Call, what: str, details: tuple[str, ...]) -> None:
        for detail in details:
            self.journal.complain(f"{call.method}: {what} {detail}".rstrip())


def _write_result(result: object) -> str:
    text = result.text if isinstance(result, RawJson) else json.dumps(result)
    return f'{{"ok":true,"result":{text}}}'


def _write_refusal(refusal: Refusal) -> tuple[int, str]:
    body: Json = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return refusal.code, json.dumps(body)
