"""The largest request taken: Django would first put a body of any size on the disk."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


class BodyLimit:
    """ASGI: answers 413 to a body above `limit` bytes, announced or not, and reads no further."""

    def __init__(self, application: Application, limit: int) -> None:
        self.application = application
        self.limit = limit

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return message if taken <= self.limit else {"type": "http.disconnect"}

        announced = dict(scope.get("headers", [])).get(b"content-length", b"0")
        if int(announced) <= self.limit:
            await self.application(scope, counted, send)
        if max(int(announced), taken) > self.limit:  # Django reads the body before it answers
            await send({"type": "http.response.start", "status": 413, "headers": []})
            await send({"type": "http.response.body", "body": b""})
