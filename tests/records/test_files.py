"""What is no sound file is refused as a whole; what is no sound row is rejected with its line (HOSTILE.md 1 to 24)."""

import csv
import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from notifier.errors import ImportRefused
from notifier.records.importer import import_file
from notifier.records.report import ImportRequest
from notifier.store.tables import Address, Customer, OrderLine
from tests.records.conftest import CONTEXT, NOW

HEAD = "order_id,sku,ordered_at,customer_id"
ROW = "1,A,2026-10-01,C1"


def rejects(report):
    with Path(report.reject_file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize(
    ("encoding", "named"),
    [(one, one) for one in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")] + [("utf-8", "utf-8-sig")],
)
def test_every_usual_encoding_is_detected_and_read_without_loss(small, encoding, named):
    text = f"{HEAD},customer_name\n" + "".join(f"{n},A,2026-10-01,C{n},Zoë Müßig – Köln\n" for n in range(40))
    report = small.take("backorders", text.encode(encoding))
    assert report.detected.encoding == named
    assert {row.name for row in small.rows(Customer)} == {"Zoë Müßig – Köln"}


def test_an_encoding_that_cannot_be_told_is_refused_by_line(small):
    text = f"{HEAD},customer_name\n{ROW},Иван Петров из Москвы\n".encode("cp1251")
    with pytest.raises(ImportRefused, match=r"line 2: .*set encoding"):
        small.take("backorders", text + b"\x81\x8d\x8f\x90\x9d\n")


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_detected_and_reported(small, mark):
    report = small.take("backorders", f"{HEAD}\n{ROW}\n".replace(",", mark))
    assert (report.detected.delimiter, report.accepted) == (mark, 1)


def test_a_sep_line_names_the_delimiter_and_is_no_row(small):
    report = small.take("backorders", f"sep=;\r\n{HEAD}\r\n{ROW}\r\n".replace(",", ";"))
    assert (report.detected.delimiter, report.detected.line_ends, report.accepted) == (";", "CRLF", 1)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_all_line_ends_are_read(small, ends):
    assert small.take("backorders", ends.join([HEAD, ROW, ROW.replace("1,", "2,", 1), ""])).accepted == 2


def test_a_gzip_is_read_as_what_is_in_it(small):
    assert small.take("backorders", gzip.compress(f"{HEAD}\n{ROW}\n".encode()), name="b.csv.gz").accepted == 1


def test_a_cut_off_gzip_is_refused(small):
    content = gzip.compress("".join([HEAD, "\n", *(f"{n},A,2026-10-01,C{n * 7919}\n" for n in range(5000))]).encode())
    with pytest.raises(ImportRefused, match="damaged or cut off"):
        small.take("backorders", content[: len(content) // 2], name="b.csv.gz")


@pytest.mark.slow
def test_a_gzip_bomb_is_refused(small):
    bomb = gzip.compress(f"{HEAD}\n".encode() + b" " * 90_000_000)
    with pytest.raises(ImportRefused, match="times its size"):
        small.take("backorders", bomb, name="b.csv.gz")


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_json_array_is_read_bare_or_inside_an_object(small, wrapped):
    rows = [
        {"order_id": n, "sku": "A", "ordered_at": "2026-10-01", "customer": {"email": "a@example.com"}}
        for n in range(3)
    ]
    content = json.dumps({"page": {"n": 1}, "orders": rows, "more": []} if wrapped else rows, indent=1)
    report = small.take("backorders", content, name="b.json", columns={"email": "customer.email"})
    assert (report.accepted, report.detected.layout) == (3, "json")
    assert small.one(Address).value == "a@example.com"


def test_json_lines_are_read_and_a_broken_one_is_rejected_by_line(small):
    good = json.dumps(
        {"order_id": "1", "sku": "A", "ordered_at": "2026-10-01", "customer_id": "C1", "unit_price": 12.10}
    ).replace("12.1", "12.10")
    report = small.take("backorders", f"{good}\n{{broken\n\n[1]\n", name="b.jsonl")
    assert (report.accepted, report.rejected, report.blank) == (1, 2, 1)
    assert [row["line"] for row in rejects(report)] == ["2", "4"]
    assert str(small.one(OrderLine).unit_price) == "12.10"


def test_a_json_array_that_breaks_off_is_refused_and_nothing_is_taken(small):
    rows = json.dumps(
        [{"order_id": str(n), "sku": "A", "ordered_at": "2026-10-01", "customer_id": "C1"} for n in range(9000)]
    )
    with pytest.raises(ImportRefused, match="JSON"):
        small.take("backorders", rows[:-20], name="b.json")
    assert small.rows(OrderLine) == []


def test_duplicate_headers_refuse_the_file(small):
    with pytest.raises(ImportRefused, match="same name"):
        small.take("backorders", f"{HEAD},email,Email \n{ROW},,\n")


def test_a_first_line_that_is_a_customer_is_not_repeated(small):
    with pytest.raises(ImportRefused) as refused:
        small.take("backorders", f"O1,ann,Ann,ann@shop.example.com,LAMP\n{ROW}\n")
    assert "looks like a row" in str(refused.value) and "nn" not in str(refused.value).partition("the file has")[2]


@pytest.mark.parametrize("content", [b"PK\x03\x04rest", b"%PDF-1.7", bytes(range(256)) * 40, b"", b"  \n"])
def test_what_is_no_text_or_empty_is_refused(small, content):
    with pytest.raises(ImportRefused):
        small.take("backorders", content)


def test_a_missing_file_is_refused_in_words(small):
    request = ImportRequest("backorders", small.folder / "gone.csv")
    with pytest.raises(ImportRefused, match="cannot be read"):
        import_file(small.store, request, CONTEXT, NOW, lambda done, size: None)


def test_a_missing_column_is_refused_with_the_remedy(small):
    with pytest.raises(ImportRefused, match=r"ordered_at.*Name the file's own columns"):
        small.take("backorders", "order_id,sku,customer_id\n1,A,C1\n")


def test_a_profile_that_names_a_column_the_file_has_not_is_refused(small):
    with pytest.raises(ImportRefused, match="'Nope'"):
        small.take("backorders", f"{HEAD}\n{ROW}\n", columns={"email": "Nope"})


def test_a_cell_over_one_megabyte_refuses_the_file(small):
    with pytest.raises(ImportRefused, match=r"line 3.*1 MB"):
        small.take("backorders", f"{HEAD}\n{ROW}\n2,{'x' * 1_000_001},2026-10-01,C1\n")
    assert small.rows(OrderLine) == []


def test_a_quote_that_never_closes_refuses_the_file_and_nothing_is_taken(small):
    with pytest.raises(ImportRefused, match=r"line 3.*never closes"):
        small.take("backorders", f'{HEAD}\n{ROW}\n2,"A,2026-10-01,C1\n3,A,2026-10-01,C1\n')
    assert small.rows(OrderLine) == []


def test_ragged_rows_nul_bytes_and_stray_quotes_reject_only_their_row(small):
    report = small.take(
        "backorders",
        f'{HEAD}\n{ROW}\n2,A\n3,A,2026-10-01,C\x001\n4,"A"B,2026-10-01,C1\n5,A,2026-10-01,C1,more\n6,A,2026-10-01,C1,\n',
    )
    assert (report.accepted, report.rejected) == (2, 4)
    assert [row["line"] for row in rejects(report)] == ["3", "4", "5", "6"]


def test_blank_rows_are_counted_and_not_rejected(small):
    report = small.take("backorders", f"{HEAD}\n\n{ROW}\n,,,\n   \n")
    assert (report.read, report.accepted, report.blank, report.rejected, report.reject_file) == (1, 1, 3, 0, None)


def test_lines_are_counted_over_line_breaks_in_cells(small):
    report = small.take("backorders", f'{HEAD},delay_reason\n{ROW},"two\nlines"\n2,,2026-10-01,C1,\n')
    assert [(row["line"], row["field"]) for row in rejects(report)] == [("4", "sku")]
    assert small.one(OrderLine).delay_reason == "two lines"


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("quantity", "0", "less than 1"),
        ("quantity", "-1", "whole number"),
        ("quantity", "1000000000", "more than"),
        ("quantity", "1.5", "whole number"),
        ("unit_price", "NaN", "no amount"),
        ("unit_price", "-1", "negative"),
        ("unit_price", '"12,50"', "decimal_comma"),
        ("currency", "EURO", "ISO 4217"),
        ("ordered_at", "45992", "Excel"),
        ("ordered_at", "2026-02-30", "calendar"),
        ("ordered_at", "1/2/27", "date_formats"),
        ("ordered_at", "0000-00-00", "calendar"),
        ("order_id", "1.23E+12", "spreadsheet"),
        ("phone", "4.47911E+11", "spreadsheet"),
        ("status", "delivered", "values.status"),
        ("gift", "perhaps", "values"),
        ("brand", "east", "no brand"),
        ("eta_to", "2026-01-01", "before eta_from"),
        ("customer_id", "", "who ordered"),
        ("order_id", "", "blank"),
    ],
)
def test_a_value_that_cannot_be_right_rejects_its_row_with_field_and_reason(small, tell, column, text, reason):
    report = small.take("backorders", tell("eta_from=2026-12-01", f"order_id=2|eta_from=2026-12-01|{column}={text}"))
    assert report.rejected == 1
    [reject] = rejects(report)
    assert (reject["line"], reject["field"]) == ("3", column)
    assert reason in reject["reason"]


@pytest.mark.parametrize(
    "address",
    [
        '"a@example.com, b@example.com"',
        '"""a b""@example.com"',
        "a@[127.0.0.1]",
        f"a@{'x' * 250}.com",
        "plain",
        "noreply@example.com",
        "reply@shop.example",
    ],
)
def test_an_unusable_email_is_dropped_with_a_warning_where_the_customer_is_known(small, tell, address):
    report = small.take("backorders", tell(f"email={address}"))
    assert (report.accepted, report.warnings, small.rows(Address)) == (1, 1, [])
    assert report.warning_file.endswith(".warnings.csv")


def test_an_unusable_email_rejects_a_row_that_names_the_customer_by_nothing_else(small, tell):
    report = small.take("backorders", tell("customer_id=|email=a@[127.0.0.1]"))
    assert [row["field"] for row in rejects(report)] == ["email"]


def test_an_international_domain_is_kept_in_ascii(small, tell):
    small.take("backorders", tell("email=jorg@MÜNCHEN.example"))
    assert small.one(Address).value == "jorg@xn--mnchen-3ya.example"


@pytest.mark.parametrize(
    ("phone", "country", "textable", "region"),
    [
        ("07400 123456", "GB", True, "GB"),
        ("+1 900 234 5678", "", False, "US"),
        ("+1 876 210 1234", "", True, "JM"),
        ("030 123456", "DE", False, "DE"),
        ("0151 12345678 ext. 5", "DE", False, "DE"),
        ("٠١٥١١٢٣٤٥٦٧٨", "DE", True, "DE"),
        ("+12425551234", "", False, ""),
    ],
)
def test_a_number_is_textable_only_as_a_whole_valid_mobile(small, tell, phone, country, textable, region):
    small.take("backorders", tell(f"phone={phone}|country={country}"))
    address = small.one(Address)
    assert (address.textable, address.region if textable else region) == (textable, region)


def test_a_side_file_carries_no_formula(small, tell):
    report = small.take("backorders", tell("quantity=0|customer_name==cmd()|sku=@x|unit_price=-1.50"))
    [reject] = rejects(report)
    assert next(csv.reader([reject["row"]]))[2:7:2] == ["'@x", "C1", "'=cmd()"]


def test_a_rejected_rows_hidden_formulas_act_in_no_country(small, tell):
    report = small.take("backorders", tell("order_id=-7|quantity=0|customer_name=Ann; =cmd()"))
    [reject] = rejects(report)
    assert (reject["row"][:3], "Ann; '=cmd()" in reject["row"]) == ("'-7", True)


def test_a_clean_second_import_removes_the_old_reject_file(small, tell):
    report = small.take("backorders", tell("quantity=0"))
    small.take("backorders", tell("quantity=1"))
    assert not (small.folder / report.reject_file).exists()


def test_a_date_beyond_belief_is_read_as_none(small, tell):
    report = small.take("backorders", tell("eta_from=2099-12-31|eta_to=2099-12-31"))
    assert (report.accepted, report.warnings, small.one(OrderLine).eta_to) == (1, 2, None)


@pytest.mark.parametrize(
    ("other", "order", "expected"),
    [("13/10/2026", "day first", date(2026, 11, 5)), ("10/13/2026", "month first", date(2026, 5, 11))],
)
def test_the_order_of_day_and_month_is_taken_from_dates_that_leave_no_doubt(small, tell, other, order, expected):
    report = small.take("backorders", tell("eta_to=05/11/2026", f"line_id=2|eta_to={other}"))
    assert report.detected.date_order == order
    assert small.rows(OrderLine)[0].eta_to == expected


@pytest.mark.parametrize("other", ["06/11/2026", "13/10/2026|eta_from=10/13/2026"])
def test_an_ambiguous_order_of_day_and_month_refuses_the_file(small, tell, other):
    with pytest.raises(ImportRefused, match="date_formats"):
        small.take("backorders", tell("eta_to=05/11/2026", f"line_id=2|eta_to={other}"))
    assert small.rows(OrderLine) == []


@pytest.mark.parametrize(
    ("declared", "text"),
    [("DD.MM.YYYY", "05.11.2026"), ("%d/%m/%y", "5/11/26"), ("excel", "46331"), ("excel1904", "44869")],
)
def test_a_declared_date_format_is_read(small, tell, declared, text):
    small.take("backorders", tell(f"eta_to={text}"), date_formats=(declared,))
    assert small.one(OrderLine).eta_to == date(2026, 11, 5)


def test_a_profile_fits_a_foreign_export_without_code(small):
    content = "Bestellung;Artikel;Datum;Kunde;Preis;Stand;Zeit\n7;A;01.10.2026;K1;1.234,50;geliefert;05.10.2026 14:30\n"
    small.take(
        "backorders",
        content,
        columns={
            "order_id": "Bestellung",
            "sku": "Artikel",
            "ordered_at": "Datum",
            "customer_id": "Kunde",
            "unit_price": "Preis",
            "status": "Stand",
            "shipped_at": "Zeit",
        },
        constants={"country": "AT", "currency": "EUR"},
        templates={"email": "{customer_id}.{Artikel}@shop.example"},
        values={"status": {"Geliefert": "shipped"}},
        date_formats=("DD.MM.YYYY", "DD.MM.YYYY HH:mm"),
        decimal_comma=True,
        timezone="UTC",
    )
    line = small.one(OrderLine)
    assert (str(line.unit_price), line.status, line.shipped_at) == (
        "1234.50",
        "shipped",
        datetime(2026, 10, 5, 14, 30, tzinfo=UTC),
    )
    assert (small.one(Customer).country, small.one(Address).value) == ("AT", "k1.a@shop.example")


def test_another_profile_reads_the_same_file_anew(small, tell):
    text = tell("unit_price=1.500")
    small.take("backorders", text)
    report = small.take("backorders", text, decimal_comma=True)
    assert (report.accepted, str(small.one(OrderLine).unit_price)) == (1, "1500")


@pytest.mark.slow
def test_progress_runs_forward_to_the_end(small, tell):
    path = small.file("b.csv", tell(*(f"order_id={n}" for n in range(9000))))
    seen = []
    request = ImportRequest("backorders", path)
    import_file(small.store, request, CONTEXT, NOW, lambda done, size: seen.append(done / size))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
