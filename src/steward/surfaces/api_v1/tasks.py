"""``/api/v1/tasks``: work items of the tenant (saas document)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from fastapi.responses import Response
from pydantic import BaseModel, Field

from steward.core.tasks import PRIORITIES, STATUSES, NewTask, TaskChange
from steward.surfaces.api_v1 import spelling
from steward.surfaces.api_v1.dialect import listed, one_of, window
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs
from steward.surfaces.routing import router as new_router
from steward.surfaces.turns import id_of

router = new_router(tags=["tasks"])


class NewTaskIn(BaseModel):
    """A work item; only the title is required."""

    title: str = Field(min_length=1, max_length=300)
    description: str = Field("", max_length=20_000)
    priority: Literal["low", "medium", "high"] = "medium"
    due_date: datetime | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)


class TaskChangeIn(BaseModel):
    """What of a work item changes; absent fields stay (AT06)."""

    title: str | None = Field(None, min_length=1, max_length=300)
    description: str | None = Field(None, max_length=20_000)
    status: Literal["pending", "completed", "failed"] | None = None
    priority: Literal["low", "medium", "high"] | None = None
    due_date: datetime | None = None
    metadata: dict[str, Any] | None = None


@router.get("/tasks", **needs("tasks:read"))
async def list_tasks(call: Call) -> Json:
    """List the tenant's work items, newest first, by ``status`` and ``priority``."""
    page = await call.services.tasks.list(
        call.actor,
        status=one_of(call, "status", STATUSES),
        priority=one_of(call, "priority", PRIORITIES),
        window=window(call, default=50),
    )
    return Json(listed(page, spelling.task))


@router.post("/tasks", status_code=201, **needs("tasks:write"))
async def create(call: Call, body: NewTaskIn) -> Json:
    """Add a work item."""
    new = NewTask(
        title=body.title,
        description=body.description,
        priority=body.priority,
        due=body.due_date,
        details=body.metadata,
    )
    view = await call.services.tasks.create(call.actor, new)
    return Json(spelling.task(view), 201)


@router.get("/tasks/{task_id}", **needs("tasks:read"))
async def get(call: Call, task_id: str) -> Json:
    """Return one work item."""
    return Json(spelling.task(await call.services.tasks.get(call.actor, id_of(task_id, "task"))))


@router.patch("/tasks/{task_id}", **needs("tasks:write"))
@router.put("/tasks/{task_id}", **needs("tasks:write"))
async def change(call: Call, task_id: str, body: TaskChangeIn) -> Json:
    """Change a work item and return it."""
    renamed = {"due_date": "due", "metadata": "details"}
    sent = body.model_dump(exclude_unset=True)
    changes = {
        renamed.get(name, name): value for name, value in sent.items() if value is not None or name == "due_date"
    }
    view = await call.services.tasks.change(
        call.actor,
        id_of(task_id, "task"),
        TaskChange(**changes),  # type: ignore[typeddict-item]  # the names are those of the body's model
    )
    return Json(spelling.task(view))


@router.delete("/tasks/{task_id}", status_code=204, **needs("tasks:write"))
async def delete(call: Call, task_id: str) -> Response:
    """Delete a work item."""
    await call.services.tasks.remove(call.actor, id_of(task_id, "task"))
    return Response(status_code=204)
