"""``/api/v1/chat``: conversations, messages, and the streamed answer of the saas document."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from fastapi.responses import Response
from pydantic import BaseModel, Field, model_validator

from steward.core.turns import TurnWish
from steward.kit.errors import Invalid
from steward.surfaces import sse
from steward.surfaces.api_v1 import spelling
from steward.surfaces.api_v1.dialect import done, listed, one_of, window
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs
from steward.surfaces.routing import router as new_router
from steward.surfaces.turns import answered, id_of, idempotency_key, once, raise_if_failed

router = new_router(tags=["chat"])

PROVIDERS = ("offline", "openai", "anthropic", "ollama")
RECENT = 20


class NewConversation(BaseModel):
    """An empty conversation, with wishes for its model (AT07)."""

    title: str = Field("", max_length=200)
    provider: Literal["offline", "openai", "anthropic", "ollama"] | None = None
    model: str | None = Field(None, max_length=120)
    system_prompt: str | None = Field(None, max_length=16_000)
    metadata: dict[str, Any] = Field(default_factory=dict)


class NewTitle(BaseModel):
    """Another title."""

    title: str = Field(max_length=200)


class NewMessage(BaseModel):
    """What the person writes, as ``message`` or ``content`` (C18)."""

    message: str | None = None
    content: str | None = None
    temperature: float | None = Field(None, ge=0, le=2)
    max_tokens: int | None = Field(None, ge=1, le=200_000)
    stream: bool = False
    on_disconnect: Literal["finish", "cancel"] = "finish"
    conversation_id: UUID | None = None

    @model_validator(mode="after")
    def _has_text(self) -> NewMessage:
        if self.message is None and self.content is None:
            raise ValueError("message is required")
        return self

    def wish(self, conversation_id: UUID | None, idempotency_key: str | None) -> TurnWish:
        """Return the wish that this body expresses."""
        return TurnWish(
            (self.message if self.message is not None else self.content) or "",
            conversation_id,
            temperature=self.temperature,
            max_tokens=self.max_tokens,
            idempotency_key=idempotency_key,
        )


@router.get("/chat/conversations", **needs("chat:read"))
async def list_conversations(call: Call) -> Json:
    """List conversations, the last used first, each with its newest messages (AP28); ``messages=0`` leaves them out."""
    page = await call.services.conversations.list(call.actor, window(call))
    body = listed(page, spelling.conversation, "data")
    if call.query_params.get("messages") != "0":
        recent = await call.services.conversations.recent_messages(
            call.actor, [view.id for view in page.items], each=RECENT
        )
        for row, view in zip(body["items"], page.items, strict=True):
            row["messages"] = [spelling.message(message) for message in recent.get(view.id, ())]
    return Json(body)


@router.post("/chat/conversations", status_code=201, **once("chat:write"))
async def create_conversation(call: Call, body: NewConversation) -> Json:
    """Open an empty conversation."""
    view = await call.services.conversations.create(
        call.actor,
        title=body.title,
        provider=body.provider,
        model=body.model,
        system_prompt=body.system_prompt,
        metadata=body.metadata,
        idempotency_key=idempotency_key(call),
    )
    return Json(spelling.conversation(view), 201)


@router.get("/chat/conversations/{conversation_id}", **needs("chat:read"))
async def get_conversation(call: Call, conversation_id: str) -> Json:
    """Return one conversation with a page of its messages, oldest first."""
    key = id_of(conversation_id, "conversation")
    view = await call.services.conversations.get(call.actor, key)
    page = await call.services.conversations.messages(call.actor, key, window(call, default=50))
    return Json({**spelling.conversation(view), "messages": [spelling.message(item) for item in page.items]})


@router.patch("/chat/conversations/{conversation_id}", **needs("chat:write"))
async def rename_conversation(call: Call, conversation_id: str, body: NewTitle) -> Json:
    """Give a conversation another title."""
    view = await call.services.conversations.change(
        call.actor, id_of(conversation_id, "conversation"), title=body.title
    )
    return Json(spelling.conversation(view))


@router.delete("/chat/conversations/{conversation_id}", status_code=204, **needs("chat:write"))
async def delete_conversation(call: Call, conversation_id: str) -> Response:
    """Delete a conversation with its messages."""
    await call.services.conversations.remove(call.actor, id_of(conversation_id, "conversation"))
    return Response(status_code=204)


@router.get("/chat/conversations/{conversation_id}/messages", **needs("chat:read"))
async def list_messages(call: Call, conversation_id: str) -> Json:
    """Return a page of the messages; ``sort`` is ``created_at:asc`` (default) or ``created_at:desc``."""
    sort = one_of(call, "sort", ("created_at:asc", "created_at:desc"))
    page = await call.services.conversations.messages(
        call.actor,
        id_of(conversation_id, "conversation"),
        window(call, default=50),
        order="newest" if sort == "created_at:desc" else "oldest",
    )
    return Json(listed(page, spelling.message))


@router.post("/chat/conversations/{conversation_id}/messages", **once("chat:write"))
async def send(call: Call, conversation_id: str, body: NewMessage) -> Response:
    """Send a message and get the answer, whole or, with ``stream``, as server-sent events."""
    return await _answer(call, body, id_of(conversation_id, "conversation"), envelope=False)


@router.post("/chat/messages", **once("chat:write"))
async def send_anywhere(call: Call, body: NewMessage) -> Response:
    """Send a message, into a new conversation where none is named (AP27)."""
    return await _answer(call, body, body.conversation_id, envelope=True)


@router.get("/chat/messages/{message_id}/events", **needs("chat:read"))
async def follow(call: Call, message_id: str) -> Response:
    """Follow the answer again, after the event that ``Last-Event-ID`` names or from its start."""
    last = call.headers.get("last-event-id", "0")
    if not (last.isascii() and last.isdigit() and len(last) < 10):
        raise Invalid("Last-Event-ID must be a number that an event carried.", code="BAD_REQUEST")
    groups = call.services.turns.follow(call.actor, id_of(message_id, "message"), int(last))
    return await sse.stream(call, groups)


@router.post("/chat/messages/{message_id}/cancel", **needs("chat:write"))
async def cancel(call: Call, message_id: str) -> Json:
    """Stop an answer; the text so far is kept."""
    stopped = await call.services.turns.cancel(call.actor, id_of(message_id, "message"))
    return Json(done({"cancelled": stopped}, "The answer was stopped" if stopped else "The answer was already over"))


async def _answer(call: Call, body: NewMessage, conversation_id: UUID | None, *, envelope: bool) -> Response:
    wish = body.wish(conversation_id, idempotency_key(call))
    cancel_on_leave = body.on_disconnect == "cancel"
    if body.stream:
        groups = call.services.turns.take_turn(call.actor, wish, cancel_on_leave=cancel_on_leave)
        return await sse.stream(call, groups)
    result = await answered(call, wish, cancel_on_leave=cancel_on_leave)
    raise_if_failed(result)
    message = {**spelling.message(result.message), "user_message_id": str(result.user_message_id)}
    return Json(done(message, "Message answered") if envelope else message)
