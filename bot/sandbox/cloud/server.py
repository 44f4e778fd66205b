"""The local Tencent Cloud as an HTTP server on 127.0.0.1, every service at one address."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox import company
from bot.sandbox.cloud import answers, catalog, parameters
from bot.sandbox.cloud.call import Call
from bot.sandbox.cloud.faults import Fault
from bot.sandbox.cloud.parameters import Params
from bot.sandbox.cloud.protocol import ApiError, ApiRequest, authenticate, envelope, error_fields
from bot.sandbox.cloud.seed import seeded
from bot.sandbox.cloud.throttle import Throttle
from bot.serving import Server

OK = "ok"
NO_FAULT = Fault()


@dataclass(slots=True)
class _Outcome:
    """What became of one call; filled as far as the call gets.

    :ivar heard: what stands in the log of calls for its answer
    """

    service: str = ""
    params: Params = field(default_factory=dict)
    heard: str = OK
    done: bool = False
    fault: Fault = NO_FAULT
    fields: dict[str, Any] = field(default_factory=dict)


class CloudServer:
    """Speaks the vendor's protocol to the vendor's SDK and command-line tool; holds the pretend company's images.

    :param port: 0 takes a free one
    :param clock: Unix seconds; judges signatures and calls a second, and dates shares
    :raises OSError: the port is in use
    """

    def __init__(self, port: int = 0, clock: Callable[[], float] = time.time) -> None:
        self.state = seeded(clock)
        self._clock = clock
        self._keys = {company.SECRET_ID: company.SECRET_KEY}
        self._throttle = Throttle(clock)
        routes = [Route("/", self._answer, methods=["GET", "POST"])]
        self._server = Server(Starlette(routes=routes), port=port)

    @property
    def url(self) -> str:
        return self._server.url

    def start(self) -> CloudServer:
        self._server.start()
        return self

    def stop(self) -> None:
        self._server.stop()

    async def _answer(self, request: Request) -> Response:
        began = time.perf_counter()
        wire = ApiRequest(
            method=request.method,
            query=request.scope["query_string"].decode("latin-1"),
            headers=dict(request.headers),
            body=await request.body(),
        )
        outcome = self._carry_out(wire)
        delay = self.state.delay_of(wire.action) + outcome.fault.delay
        request_id = str(uuid.uuid4())
        # Recorded before the delay: a client that gives up waiting has made the call all the same.
        self.state.record(
            Call(
                at=self._clock(),
                service=outcome.service,
                action=wire.action,
                region=wire.region,
                params=outcome.params,
                code=outcome.heard,
                done=outcome.done,
                request_id=request_id,
                ms=(time.perf_counter() - began + delay) * 1000,
            )
        )
        await asyncio.sleep(delay)
        return answers.spoiled(envelope(outcome.fields, request_id), outcome.fault)

    def _carry_out(self, request: ApiRequest) -> _Outcome:
        outcome = _Outcome()
        try:
            service = outcome.service = authenticate(request, self._keys, self._clock())
            action = catalog.find(service, request)
            self._throttle.admit((service, request.action, request.region), action.per_second)
            outcome.params = parameters.read(request, action.spec)
            parameters.check(outcome.params, action.spec)
            self.state.faults.check_allowed(request.action, outcome.params)
            outcome.fault = self.state.faults.next(service, request.action) or NO_FAULT
            if outcome.fault.done or outcome.fault is NO_FAULT:
                outcome.fields = action.run(self.state, request.region, outcome.params)
                outcome.done = True
            if outcome.fault.code:
                raise ApiError(outcome.fault.code, "This goes wrong on purpose.")
            outcome.heard = outcome.fault.heard or OK
        except ApiError as error:
            outcome.heard, outcome.fields = error.code, error_fields(error)
        return outcome
