"""Two small surfaces whose schemas share names."""

from __future__ import annotations

from fastapi import FastAPI
from pydantic import BaseModel, create_model

from steward.surfaces.root import Part, described


class Place(BaseModel):
    """The same in both."""

    name: str


def surface(id_type: type) -> FastAPI:
    event = create_model("Event", id=(id_type, ...), place=(Place, ...))
    page = create_model("Page", items=(list[event], ...))  # type: ignore[valid-type]  # made at run time
    app = FastAPI(openapi_url=None)

    @app.get("/events", response_model=page, tags=["calendar"])
    def list_events() -> None: ...

    @app.post("/places", response_model=Place, openapi_extra={"security": []})
    def create_place(place: Place) -> None: ...

    return app


PARTS = [
    described(),
    Part("/api/v1", "personal", surface(str).openapi),
    Part("/api", "sms", surface(int).openapi, security=("token",)),
]
