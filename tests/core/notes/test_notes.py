import pytest
from planning_fixtures import People

from steward.core.notes import NoteService, NoteUnknown
from steward.kit.errors import Invalid
from steward.kit.pages import Window


async def test_a_note_keeps_its_words_and_gets_a_title(notes: NoteService, people: People) -> None:
    made = await notes.create(people.ann, "The wifi password is\n<b>hunter2</b>")
    assert made.text == "The wifi password is\n<b>hunter2</b>"
    assert made.title == "The wifi password is hunter2"
    assert (await notes.create(people.ann, "x", title=" Door  code ")).title == "Door code"


async def test_notes_come_newest_first_in_pages_and_only_ones_own(notes: NoteService, people: People) -> None:
    for number in range(5):
        await notes.create(people.ann, f"Note {number}")
    await notes.create(people.ben, "Note of Ben")
    page = await notes.list(people.ann, window=Window(1, 2))
    assert ([each.text for each in page.items], page.total) == (["Note 3", "Note 2"], 5)


async def test_a_query_finds_notes_with_all_its_words(notes: NoteService, people: People) -> None:
    for text in ("Wifi password: hunter2", "The password of the door", "100% wool"):
        await notes.create(people.ann, text)

    async def found(query: str) -> list[str]:
        return [each.text for each in (await notes.list(people.ann, query=query)).items]

    assert await found("PASSWORD wifi") == ["Wifi password: hunter2"]
    assert await found("100%") == ["100% wool"]
    assert await found("_") == []
    assert await found("' OR '1'='1") == []


async def test_empty_and_endless_notes_are_refused(notes: NoteService, people: People) -> None:
    for text in ("", "  \n", "x" * 20_001):
        with pytest.raises(Invalid):
            await notes.create(people.ann, text)


async def test_somebody_elses_note_cannot_be_removed(notes: NoteService, people: People) -> None:
    made = await notes.create(people.ann, "mine")
    for other in (people.ben, people.eve):
        with pytest.raises(NoteUnknown):
            await notes.remove(other, made.id)
    await notes.remove(people.ann, made.id)
    assert (await notes.list(people.ann)).total == 0
