"""How much does anyone make us read? The body of a request, up to a limit."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request


async def read(request: Request, *, most_bytes: int) -> bytes:
    """The body; HTTPException 413 as soon as it grows too large, the rest unread, and 400 where it was cut off."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most_bytes:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except ClientDisconnect:
        raise HTTPException(HTTPStatus.BAD_REQUEST) from None
    return bytes(body)
