"""Files as other systems really write them: wrong code pages, dates that mean none, addresses nobody reads."""

import json

import pytest

from notifier.errors import ImportRefused
from notifier.records.addresses import read_email, read_phone
from notifier.records.inspect import inspect
from notifier.records.values import MangledError, refuse_mangled
from notifier.store.tables import Address, OrderLine

HEAD = "order_id,sku,ordered_at,customer_id"
ROW = "1,A,2026-10-01,C1"


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp1250", "Łukasz Wójcik|Małgorzata Żółć|Stanisław Gąska"),
        ("cp1251", "Иван Петров|Мария Иванова"),
        ("cp1253", "Γιώργος Παπαδόπουλος|Μαρία Νικολάου"),
        ("shift_jis", "山田太郎|佐藤花子"),
        ("mac_roman", "François Lefèvre|Hélène Bérard"),
    ],
)
def test_a_file_in_another_code_page_is_refused_and_not_read_as_mojibake(small, encoding, names):
    rows = "".join(f"{n},A,2026-10-01,C{n},{name}\n" for n, name in enumerate(names.split("|")))
    with pytest.raises(ImportRefused, match="set encoding in the profile"):
        small.take("backorders", f"{HEAD},customer_name\n{rows}".encode(encoding))


@pytest.mark.parametrize("name", ["François Lefèvre", "José Muñoz", "Åsa Björk", "Søren Ørsted", "João Gonçalves"])
def test_one_western_name_is_read_as_cp1252_and_shown_as_a_guess(small, name):
    path = small.file("b.csv", f"{HEAD},customer_name\n{ROW},{name}\n".encode("cp1252"))
    assert f"a guess: line 2 reads {name!r}" in inspect(path, None, lambda done, size: None).note


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1900-01-01", "0000-00-00", "0000-00-00 00:00:00"])
def test_a_date_that_means_none_is_left_out_with_a_warning(small, tell, day):
    report = small.take("backorders", tell(f"promised_ship_by={day}"))
    assert (report.accepted, report.warnings, small.one(OrderLine).promised_ship_by) == (1, 1, None)


def test_an_order_without_a_real_day_is_still_rejected(small, tell):
    assert small.take("backorders", tell("ordered_at=0000-00-00")).rejected == 1


@pytest.mark.parametrize("local", "no_reply noreply+1 no.reply bounce bounces+1 abuse Mailer-Daemon".split())
def test_an_address_that_nobody_reads_is_refused(local):
    with pytest.raises(ValueError, match="read by nobody"):
        read_email(f"{local}@example.com")


def test_a_fictitious_american_number_gets_no_text():
    assert not read_phone("+14155550123", "").textable


def test_an_address_the_relay_cannot_write_to_is_left_out_with_a_warning(small, tell):
    report = small.take("backorders", tell("email=zoë@example.com"))
    assert (report.accepted, report.warnings, small.rows(Address)) == (1, 1, [])


def test_one_record_of_many_long_cells_is_refused_by_its_line(small):
    cell = '"' + "x\n" * 450_000 + '"'
    with pytest.raises(ImportRefused, match="line 2: the record that begins here is longer"):
        small.take("backorders", f"{HEAD}\n{ROW},{','.join([cell] * 6)}\n")


@pytest.mark.parametrize("name", ["b.json", "b.jsonl"])
@pytest.mark.parametrize("second", ["email", "Email "])
def test_a_key_that_is_there_twice_refuses_the_json(small, name, second):
    one = json.dumps({"order_id": "1", "sku": "A", "ordered_at": "2026-10-01", "email": "a@example.com"})
    text = f'{one[:-1]}, "{second}": "b@example.com"}}'
    with pytest.raises(ImportRefused, match=r"twice|same name"):
        small.take("backorders", f"[{text}]" if name == "b.json" else text, name=name)


def test_an_id_with_an_e_in_it_is_no_damaged_number():
    refuse_mangled("12E4")


@pytest.mark.parametrize("text", ["4.47911E+11", "1E+12", "1,5e12"])
def test_a_number_that_a_spreadsheet_shortened_is_refused(text):
    with pytest.raises(MangledError):
        refuse_mangled(text)


@pytest.mark.parametrize(
    ("number", "country", "region", "textable"),
    [
        ("+44 7400 123456", "", "GB", True),
        ("07400 123456", "GB", "GB", True),
        ("+1 212 555 2368", "", "US", True),
        ("(876) 210-1234", "US", "JM", True),  # mobile, but of Jamaica: the allow list decides by the region
        ("+1 809 200 1234", "", "DO", True),
        ("+44 7624 123456", "", "IM", True),
        ("٠١٥١١٢٣٤٥٦٧٨", "DE", "DE", True),
        ("+1 900 234 5678", "", "US", False),  # premium
        ("+1 212 976 5555", "", "US", False),  # premium exchange
        ("+44 909 879 0123", "", "GB", False),  # premium
        ("+44 845 123 4567", "", "GB", False),  # shared cost
        ("+33 820 123 456", "", "FR", False),
        ("+41 848 123 456", "", "CH", False),
        ("+44 70 1234 5678", "", "GB", False),  # personal number
        ("+44 7600 123456", "", "GB", False),  # pager
        ("+1 800 555 1234", "", "US", False),  # free of charge
        ("+1 500 555 0006", "", "US", False),
        ("030 123456", "DE", "DE", False),  # landline
        ("+44 7400 123456 x5", "", "GB", False),
        ("+447700900123", "", "", False),  # kept for films: Ofcom
        ("+1 415 555 0199", "", "US", False),
        ("+33 6 39 98 00 12", "", "FR", False),
        ("+353 20 910 1234", "", "IE", False),
        ("+46 70 174 06 05", "", "SE", False),
        ("+49 171 3920012", "", "DE", False),
        ("+61 491 570 156", "", "AU", False),
        ("+12425551234", "", "BS", False),  # not a number of the Bahamas
    ],
)
def test_a_text_goes_to_mobile_numbers_only_and_never_to_one_that_costs_or_is_nobodys(
    number, country, region, textable
):
    found = read_phone(number, country)
    assert (found.region, found.textable) == (region, textable)


@pytest.mark.parametrize("text", ["07911 123456", "4.47911E+11", "12345"])
def test_a_number_that_cannot_be_read_for_certain_is_refused(text):
    with pytest.raises(ValueError, match=r"phone number|spreadsheet"):
        read_phone(text, "")
