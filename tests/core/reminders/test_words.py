import pytest

from steward.core.reminders.words import best, label, likeness, prose, words_of
from steward.kit.errors import Invalid


def found(wanted: str, *titles: str) -> list[str]:
    return best(titles, wanted, str)


def test_articles_case_and_plurals_do_not_matter() -> None:
    assert found("the DENTIST's", "Dentist appointment", "Lunch") == ["Dentist appointment"]
    assert words_of("my meetings") == words_of("Meeting")


def test_the_same_words_win_over_more_words() -> None:
    assert found("milk", "Buy milk", "Milk") == ["Milk"]


def test_equal_fits_are_all_given() -> None:
    assert found("meeting", "Meeting with John", "Team meeting") == ["Meeting with John", "Team meeting"]


def test_a_shared_generic_word_is_no_fit() -> None:
    assert found("budget meeting", "Meeting with John") == []
    assert found("dentist appointment", "Dentist") == ["Dentist"]
    assert found("john meeting", "Lunch with John") == ["Lunch with John"]


def test_letters_of_any_script_are_found() -> None:
    assert found("ÉTÉ", "l'été à Paris") == ["l'été à Paris"]
    assert found("会议", "会议") == ["会议"]


def test_a_text_of_light_words_only_is_still_something() -> None:
    assert likeness(words_of("the"), words_of("The")) == 4
    assert found("", "Milk") == []


def test_a_label_loses_markup_and_controls_and_a_lone_surrogate() -> None:
    assert label("<script>alert(1)</script>Tea\x00 time", "title", 50) == "Tea time"
    assert label("a\ud800b", "title", 50) == "a?b"


def test_empty_and_long_texts_are_refused_by_name() -> None:
    with pytest.raises(Invalid) as empty:
        label(" <b></b> ", "title", 50)
    with pytest.raises(Invalid) as long:
        prose("x" * 51, "text", 50)
    assert (list(empty.value.fields), list(long.value.fields)) == (["title"], ["text"])
