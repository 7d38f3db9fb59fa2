"""Lists of people as they come: pasted from spreadsheets, saved as CSV, copied from email."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.people.pasted import read_people, rows_of_text, text_of_rows

ADA = ("Ada Reader", "ada@example.org", "", "")
BEN = ("Ben Lee", "ben@example.org", "", "")
FULL = ("Ada Reader", "ada@example.org", "A Charity", "Sussex")


def read(text):
    return read_people(rows_of_text(text))


def people(text):
    reading = read(text)
    assert not reading.mistakes, reading.mistakes
    return [(p.name, p.email, p.organisation, p.system) for p in reading.people]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada Reader,ada@example.org,A Charity,Sussex", [FULL]),
        ("Ada Reader\tada@example.org\tA Charity\tSussex", [FULL]),
        ("Ada Reader;ada@example.org;A Charity;Sussex", [FULL]),
        ("ada@example.org, Ada Reader, A Charity, Sussex", [FULL]),
        (
            "name,email,organisation,home system\nAda Reader,ada@example.org,A Charity,Sussex",
            [FULL],
        ),
        (
            "E-mail\tHome ICS\tYour name\nada@example.org\tSussex\tAda Reader",
            [(*ADA[:3], "Sussex")],
        ),
        ("First name,Surname,Email address\nAda,Reader,ada@example.org", [ADA]),
        ("Ada Reader <ada@example.org>", [ADA]),
        ("Ada Reader <ada@example.org>; Ben Lee <ben@example.org>", [ADA, BEN]),
        ("Ada Reader <ada@example.org>, Ben Lee <ben@example.org>,", [ADA, BEN]),
        ("Ada Reader <ada@example.org>\nBen Lee <ben@example.org>", [ADA, BEN]),
        (
            '"Reader, Ada" <ada@example.org>; LEE, Ben <ben@example.org>',
            [ADA, ("Ben LEE", *BEN[1:])],
        ),
        ("Ada Reader <ada@example.org>, A Charity, Sussex", [FULL]),
        ("  Ada \u00a0 Reader ,\u200bADA@Example.org , , ", [ADA]),
        ("Ada Reader,mailto:ada@example.org;", [ADA]),
        ("Ada Reader,<ada@example.org>", [ADA]),
        ('Ada Reader,ada@example.org,"Charity, London",', [(*ADA[:2], "Charity, London", "")]),
        ('Ada Reader\tada@example.org\t"A\nCharity"\tSussex', [FULL]),
        ("\n\nAda Reader,ada@example.org\n\n,,\n", [ADA]),
        ("Ada Reader\tada@example.org\t\t\t\t", [ADA]),
        ("\ufeffname,email\r\nAda Reader,ada@example.org\r\n", [ADA]),
        ("Ada Reader,ada@example.org,,Sussex", [(*ADA[:3], "Sussex")]),
        (
            "Siân O’Neil,sian+plans@nhs.example.org",
            [("Siân O’Neil", "sian+plans@nhs.example.org", "", "")],
        ),
    ],
)
def test_what_is_understood(text, expected):
    assert people(text) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Ada Reader", "Line 1: there is no email address in it."),
        ("ada@example.org", "Line 1: add the name of ada@example.org."),
        ("Ada, ada@example", "Line 1: “ada@example” is not an email address."),
        ("Ada, ada@exa mple.org", "Line 1: “ada@exa mple.org” is not an email address."),
        ("Ada, a@b@example.org", "Line 1: “a@b@example.org” is not an email address."),
        ("Ada, sïan@example.org", "Line 1: “sïan@example.org” is not an email address."),
        ("Ada, ada@.org", "Line 1: “ada@.org” is not an email address."),
        ("name,email\nAda,", "Line 2: add the email address of Ada."),
        ("name,email\n,ada@example.org", "Line 2: add the name of ada@example.org."),
        ("Ada,ada@example.org,Charity,London,Kent,", "Line 1: it has more than name"),
        (f"{'A' * 201},ada@example.org", "Line 1: the name is longer than 200"),
        (f"A,ada@example.org,{'A' * 201}", "Line 1: the organisation is longer than 200"),
        ("name,phone\nAda,1", "The first row names the columns, and none is “email”. Add one."),
        (
            "Ada,ada@example.org,X\n\nAda,ada@example.org,Y",
            "Line 3: ada@example.org stands in line 1",
        ),
    ],
)
def test_what_is_wrong(text, says):
    [line] = read(text).mistakes
    assert line.startswith(says)


def test_every_mistake_is_named_and_the_right_rows_are_read():
    reading = read("Ada\nBen Lee,ben@example.org\nada@example.org\n")
    assert [line.partition(":")[0] for line in reading.mistakes] == ["Line 1", "Line 3"]
    assert [p.name for p in reading.people] == ["Ben Lee"]


def test_the_same_row_again_counts_once():
    reading = read(
        "Ada Reader,ada@example.org\nBen Lee,ben@example.org\nADA  reader,ADA@example.org"
    )
    assert [p.name for p in reading.people] == ["Ada Reader", "Ben Lee"]
    assert reading.repeated == (3,)


def test_columns_that_are_not_used_are_named():
    assert read("email,name,phone\nada@example.org,Ada,1").unused == ("phone",)


def test_a_quotation_mark_left_open_is_named():
    with pytest.raises(ValueError, match=r"^Line 2: a quotation mark is opened and not closed"):
        read('Ben,ben@example.org\n"Ada,ada@example.org\nCy,cy@example.org')
    with pytest.raises(ValueError, match="quotation mark"):
        read('"' + "x" * 200_000)


def test_a_file_in_the_box_keeps_its_line_numbers():
    rows = [
        ["Name", "Email"],
        [],
        ["Ada\nReader", "ada@example"],
        ['"Ben" Lee', "ben@example.org", ""],
    ]
    text = text_of_rows(rows)
    assert read(text).mistakes == ("Line 3: “ada@example” is not an email address.",)
    assert [p.name for p in read(text).people] == ['"Ben" Lee']


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_with_a_sentence(text):
    try:
        reading = read(text)
    except ValueError as error:
        assert "quotation mark" in str(error)
        return
    for person in reading.people:
        assert person.name and "@" in person.email
        assert person.name == " ".join(person.name.split())
    assert len({p.email for p in reading.people}) == len(reading.people)
    assert all(line.endswith((".", "?")) for line in reading.mistakes)


WORD = st.text(st.characters(categories=["L"]), min_size=1, max_size=12)


@given(
    st.lists(
        st.tuples(WORD, WORD, WORD), min_size=1, max_size=8, unique_by=lambda t: t[0].casefold()
    )
)
def test_what_a_spreadsheet_holds_comes_back_whole(found):
    rows = [
        [f"{first} {second}", f"a{number}@example.org", third]
        for number, (first, second, third) in enumerate(found)
    ]
    heading = [["name", "email", "organisation"]]
    assert [list(row[:3]) for row in people(text_of_rows(heading + rows))] == rows
