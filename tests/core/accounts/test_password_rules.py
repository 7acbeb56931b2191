"""Which passwords are accepted, and what people are told about the others."""

import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.core.accounts import passwords
from steward.core.accounts.passwords import password_bytes, problems_of

ANA = ["ana.fontaine@example.com", "Ana Fontaine", "Acme Corp"]


@pytest.mark.parametrize(
    "password",
    [
        "securepassword123",
        "SecurePassword123!",
        "SecureP@ssw0rd123",
        "correct horse battery staple",
        "påskeägg på söndag",
        "密码短语需要很多字",
        "k3qz9vmw",
        "k3qz9vmw" * 8,
        "tr0mb" + "one-and-a-river " * 12,
    ],
)
def test_good_passwords_and_those_of_the_documents_are_accepted(password: str) -> None:
    assert problems_of(password, names=["user@example.com", "John Doe", "Acme Corp"]) == []


def test_a_short_password_is_told_the_length_in_the_words_of_the_document() -> None:
    assert problems_of("k3qz9vm") == ["Password must be at least 8 characters"]


@pytest.mark.parametrize("password", ["password", "PASSWORD", "password123", "baseball1", "qwertyuiop"])
def test_known_passwords_are_refused(password: str) -> None:
    assert problems_of(password) == [passwords.TOO_COMMON]


@pytest.mark.parametrize(
    "password", ["aaaaaaaaaaaa", "abcdefghijk", "sunshine2019", "dragonfly7", "football!!", "a" * 300]
)
def test_what_is_easy_to_guess_is_refused(password: str) -> None:
    assert problems_of(password) == [passwords.TOO_EASY]


@pytest.mark.parametrize(
    "password",
    [
        "ana.fontaine@example.com",
        "Ana.Fontaine",
        "anafontaine1",
        "Fontaine2024"[:10],
        "Acme Corp 1",
        "acmecorp!!",
        "steward-1x",
        "MySteward!",
    ],
)
def test_a_password_made_of_ones_own_names_is_refused(password: str) -> None:
    assert problems_of(password, names=ANA)


def test_ones_name_inside_a_long_password_is_no_fault() -> None:
    assert problems_of("the river took fontaine past midnight", names=ANA) == []


def test_with_the_policy_length_only_the_length_counts() -> None:
    assert problems_of("password", strong=False) == []
    assert problems_of("passwor", strong=False) == [passwords.TOO_SHORT]
    assert problems_of("x" * 1025, strong=False) == [passwords.TOO_LONG]


def test_the_limit_is_in_bytes_and_nothing_is_cut_off() -> None:
    assert problems_of("ü" * 512, strong=False) == []
    assert problems_of("ü" * 513, strong=False) == [passwords.TOO_LONG]
    assert password_bytes("x" * 1024) == b"x" * 1024


def test_both_spellings_of_an_accent_are_one_password() -> None:
    assert password_bytes("cafe\u0301 noir") == password_bytes("caf\u00e9 noir")


def test_half_a_character_is_no_text() -> None:
    assert problems_of("\ud800 and more text") == [passwords.NOT_TEXT]
    assert password_bytes("\ud800 and more text") is None


def test_the_list_of_known_passwords_is_the_full_one() -> None:
    assert len(passwords._common()) > 11_000


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=1100), st.lists(st.text(max_size=300), max_size=4))
def test_every_text_gets_an_answer_and_an_accepted_one_can_be_hashed(password: str, names: list[str]) -> None:
    wrong = problems_of(password, names=names)
    assert all(sentence.startswith("Password must") or sentence.startswith("Password is") for sentence in wrong)
    if not wrong:
        assert len(unicodedata.normalize("NFC", password)) >= 8
        assert password_bytes(password) is not None


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=1100))
def test_the_length_policy_accepts_exactly_eight_characters_to_1024_bytes(password: str) -> None:
    normal = unicodedata.normalize("NFC", password)
    accepted = len(normal) >= 8 and len(normal.encode()) <= 1024 and len(password) <= 1024
    assert (problems_of(password, strong=False) == []) == accepted


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="abcdefgh0123456789", min_size=6, max_size=20), st.integers(0, 5))
def test_a_name_with_a_few_letters_behind_it_is_always_refused(name: str, extra: int) -> None:
    password = (name + "q7x!z"[:extra])[:200]
    if len(password) >= 8:
        assert problems_of(password, names=[name])


def test_words_of_one_person_do_not_reach_the_check_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_is_mostly", lambda password, word: False)  # leave it to the score

    def check(number: int) -> bool:
        word = f"zq{number:04d}vkwx"
        return bool(problems_of(word + "9!k", names=[word])) and not problems_of("k3qz9vmw", names=[word])

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(check, range(60)))
    finally:
        sys.setswitchinterval(interval)
