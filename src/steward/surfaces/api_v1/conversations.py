"""``/api/v1/conversations``: the same conversations in the platform document's words."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi.responses import Response
from pydantic import BaseModel, Field, model_validator

from steward.core.turns import TurnWish
from steward.kit.errors import NotFound
from steward.surfaces.api_v1 import spelling
from steward.surfaces.api_v1.dialect import BadParameter, listed, window
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs
from steward.surfaces.routing import router as new_router
from steward.surfaces.turns import id_of, idempotency_key, once, raise_if_failed

router = new_router(tags=["conversations"])


class NewConversation(BaseModel):
    """A conversation, with a first message that is answered before the reply returns (AL12)."""

    assistant_id: UUID | None = None
    title: str = Field("", max_length=200)
    initial_message: str | None = None
    message: str | None = None


class NewMessage(BaseModel):
    """What the person writes, as ``content`` or ``message`` (C18)."""

    content: str | None = None
    message: str | None = None
    attachments: list[dict[str, Any]] = Field(default_factory=list, max_length=20)

    @model_validator(mode="after")
    def _has_text(self) -> NewMessage:
        if self.message is None and self.content is None:
            raise ValueError("content is required")
        return self


@router.get("/conversations", **needs("chat:read"))
async def list_conversations(call: Call) -> Json:
    """List conversations, the last used first."""
    if "assistant_id" in call.query_params:
        raise BadParameter("assistant_id", "there is no such assistant")
    page = await call.services.conversations.list(call.actor, window(call))
    return Json(listed(page, spelling.conversation))


@router.post("/conversations", status_code=201, **once("chat:write"))
async def create(call: Call, body: NewConversation) -> Json:
    """Open a conversation and, with a first message, answer it."""
    if body.assistant_id is not None:
        raise NotFound("There is no such assistant.")
    text = body.initial_message if body.initial_message is not None else body.message
    if not text:
        view = await call.services.conversations.create(
            call.actor, title=body.title, idempotency_key=idempotency_key(call)
        )
        return Json(await _detail(call, view.id), 201)
    wish = TurnWish(text, title=body.title, idempotency_key=idempotency_key(call))
    result = await call.services.turns.answer(call.actor, wish)  # opens it: a refused message leaves none
    raise_if_failed(result)
    return Json(await _detail(call, result.message.conversation_id), 201)


@router.get("/conversations/{conversation_id}", **needs("chat:read"))
async def get(call: Call, conversation_id: str) -> Json:
    """Return a conversation with a page of its messages, oldest first (AL13)."""
    return Json(await _detail(call, id_of(conversation_id, "conversation")))


@router.post("/conversations/{conversation_id}/messages", status_code=201, **once("chat:write"))
async def send(call: Call, conversation_id: str, body: NewMessage) -> Json:
    """Send a message; the answer is the assistant's message with the person's beside it (AL14)."""
    text = body.content if body.content is not None else body.message
    key = id_of(conversation_id, "conversation")
    wish = TurnWish(text or "", key, idempotency_key=idempotency_key(call))
    result = await call.services.turns.answer(call.actor, wish)
    raise_if_failed(result)
    answer = spelling.message(result.message)
    answer["user_message"] = {
        "id": str(result.user_message_id),
        "conversation_id": conversation_id,
        "role": "user",
        "content": text,
        "status": "completed",
        "tokens_used": 0,
        "cost": 0.0,
        "created_at": answer["created_at"],
    }
    if body.attachments:
        answer["warnings"] = ["Attachments are not read yet; the message was answered without them."]
    return Json(answer, 201)


@router.delete("/conversations/{conversation_id}", status_code=204, **needs("chat:write"))
async def delete(call: Call, conversation_id: str) -> Response:
    """Delete a conversation with its messages."""
    await call.services.conversations.remove(call.actor, id_of(conversation_id, "conversation"))
    return Response(status_code=204)


async def _detail(call: Call, key: UUID) -> dict[str, Any]:
    view = await call.services.conversations.get(call.actor, key)
    page = await call.services.conversations.messages(call.actor, key, window(call))
    return {**spelling.conversation(view), "messages": [spelling.message(item) for item in page.items]}
