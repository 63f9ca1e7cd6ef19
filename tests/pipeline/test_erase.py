"""Erasure (RULES.md U4): what goes, what stays as a hash, what is refused, and what no import brings back."""

import json
import zlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from notifier.errors import ErasureRefused, UsageError
from notifier.pipeline import holds
from notifier.pipeline.erase import ErasureReport, erase
from notifier.pipeline.people import Asked
from notifier.pipeline.receive import receive
from notifier.store.lookup import table_of
from notifier.store.tables import (
    Address,
    Answer,
    Consent,
    Customer,
    Evidence,
    FactChange,
    LegalStanding,
    Message,
    MessageBody,
    Notice,
    Order,
    Suppression,
)
from notifier.terms.incoming import Incoming, Road
from tests.everything import everything
from tests.kept_shops import AsLeft
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow

LATER = NOON + timedelta(days=9)
CLOSED = {"status": "shipped", "shipped_at": "2026-06-05T10:00:00Z"}
CANARY = "xqzcanary"
ANN: dict[str, Any] = {
    "customer_name": f"Ann {CANARY}",
    "email": f"ann.{CANARY}@shop.example.com",
    "phone": "+12125550187",
    "locale": "en-GB",
    "region": "NY",
    "postal_code": "10001-7777",
    "timezone": "America/New_York",
}
YES: dict[str, Any] = {"customer_id": "ann", "channel": "email", "class": "marketing", "granted": "yes"} | {
    "wording": f"I want offers, {CANARY}",
    "source": "checkout",
    "at": "2026-05-01T10:00:00Z",
}


def shop_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url)
    shop.take_in("backorders", [order("ann", **ANN)])
    shop.take_in("consents", [YES])
    shop.plan()
    shop.deliver()
    shop.take_in("backorders", [order("ann", **ANN | CLOSED | {"region": "NJ", "locale": "en"})], LATER)
    with shop.house() as house:
        holds.call(house, Asked("ann"), holds.Said("Lee", f"her dog is {CANARY}"), LATER, complaint=False)
        receive(house, Incoming(Road.SMS, "SM1", LATER, f"my dog is {CANARY}, thanks", ANN["phone"]), LATER)
        receive(house, Incoming(Road.EMAIL, "1/1", LATER, f"cancel it, {CANARY}", ANN["email"], subject=CANARY), LATER)
    return shop


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    """Ann was told of a delay; meanwhile her order has shipped, she has moved, called and consented."""
    return as_left(shop_made)


def erased(shop: Shop, asked: Asked | None = None, now: datetime = LATER, by: str = "Lee") -> ErasureReport:
    with shop.house() as house:
        return erase(house, asked or Asked("ann"), by, now)


def give_notice(shop: Shop) -> None:
    """The message about the delay carried a notice."""
    with shop.house() as house, house.store.write() as tx:
        message = tx.connection.execute(select(table_of(Message).c.id)).scalar_one()
        row = {"line_id": 1, "answers": date(2026, 5, 20), "kind": "F3", "message_id": message, "live": "live"}
        tx.connection.execute(
            insert(table_of(Notice)),
            row | {"promised": date(2026, 5, 20), "source": "bot", "created_at": NOON, "sent_at": NOON},
        )


def archive(shop: Shop) -> list[dict[str, Any]]:
    return [json.loads(zlib.decompress(row.payload)) for row in shop.rows(Evidence)]


def test_before_the_erasure_the_canary_is_everywhere(shop: Shop) -> None:
    assert everything(shop).count(CANARY) >= 5


@pytest.mark.parametrize("token", [CANARY, "+12125550187", "10001-7777", "America/New_York"])
def test_nothing_personal_is_left_in_any_table(shop: Shop, token: str) -> None:
    erased(shop)
    assert token not in everything(shop)


def test_no_field_of_the_person_is_left(shop: Shop) -> None:
    erased(shop)
    person = next(row for row in shop.rows(Customer) if row.key == "ann")
    placed = shop.rows(Order)[0]
    assert {person.name, person.locale, person.region, person.timezone, placed.locale, placed.region} == {""}
    assert [row.locale for row in shop.rows(Message)] == [""]


def test_nothing_personal_is_left_in_the_pages_of_the_file(tmp_path: Path, sqlite_url: str) -> None:
    shop = open_shop(tmp_path, sqlite_url)
    shop.take_in("backorders", [order("ann", **ANN | CLOSED)])
    erased(shop)
    files = [path.read_bytes() for path in Path(sqlite_url.removeprefix("sqlite:///")).parent.glob("notifier.db*")]
    assert not any(CANARY.encode() in content for content in files)


def test_the_address_stays_as_its_hash_and_is_suppressed(shop: Shop) -> None:
    report = erased(shop)
    hashes = {row.hash for row in shop.rows(Address)}
    assert {(row.reason, row.address_hash) for row in shop.rows(Suppression)} == {("erased", one) for one in hashes}
    assert (report.suppressed, len(hashes)) == (2, 2)


def test_a_former_address_goes_too(shop: Shop) -> None:
    moved = order("ann", **ANN | CLOSED | {"email": "new@shop.example.com"})
    shop.take_in("customers", [{name: moved[name] for name in ("customer_id", "customer_name", "email")}], LATER)
    shop.take_in(
        "customers", [{"customer_id": "ann", "customer_name": "Ann", "email": "newest@shop.example.com"}], LATER
    )
    erased(shop)
    assert [row.value for row in shop.rows(Address)] == [None] * 4


def test_the_same_order_imported_again_is_skipped_as_suppressed(shop: Shop) -> None:
    erased(shop)
    shop.take_in("backorders", [order("ann", **ANN), order("ann", **ANN, line_id="2")], LATER)
    assert shop.plan(LATER).as_json()["by_reason"].keys() == {"suppressed"}
    assert shop.deliver(LATER).claimed == 0


@pytest.mark.parametrize("kind", ["backorders", "orders", "customers", "consents"])
def test_no_import_brings_personal_data_back(shop: Shop, kind: str) -> None:
    erased(shop)
    row = order("ann", **ANN)
    rows = {
        "backorders": [row, order("ann", **ANN, line_id="7")],
        "orders": [{name: row[name] for name in row if name not in ("sku", "product")} | {"order_id": "O-new"}],
        "customers": [{name: row[name] for name in ("customer_id", *ANN)}],
        "consents": [YES, YES | {"customer_id": "", "address": ANN["email"]}],
    }
    shop.take_in(kind, rows[kind], LATER)
    assert CANARY not in everything(shop)
    assert "10001-7777" not in everything(shop)


def test_the_address_under_another_id_stays_bare_and_suppressed(shop: Shop) -> None:
    erased(shop)
    shop.take_in("backorders", [order("bob", email=ANN["email"])], LATER)
    assert shop.plan(LATER).as_json()["by_reason"].keys() == {"suppressed"}
    assert ANN["email"] not in everything(shop)


def test_who_comes_back_under_another_id_and_address_is_written_to(shop: Shop) -> None:
    erased(shop)
    shop.take_in("backorders", [order("ann2", email="ann2@shop.example.com")], LATER)
    assert shop.plan(LATER).verdicts["send"] == 1


def test_who_comes_back_under_the_same_id_is_not_written_to_at_another_address(shop: Shop) -> None:
    erased(shop)
    shop.take_in("backorders", [order("ann", email="ann2@shop.example.com", order_id="O-2")], LATER)
    assert (shop.plan(LATER).verdicts["send"], "ann2@" in everything(shop)) == (0, False)


def test_an_id_that_is_an_address_goes_and_is_known_again(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url)
    mail = ANN["email"]
    shop.take_in("backorders", [order("ann", **ANN | CLOSED | {"customer_id": mail})])
    erased(shop, Asked(mail))
    shop.take_in("backorders", [order("ann", **ANN | {"customer_id": mail, "order_id": "O-2"})], LATER)
    assert CANARY not in everything(shop)
    assert erased(shop, Asked(mail)).again
    assert len([row for row in shop.rows(Customer) if row.key]) == 1


def test_a_call_of_somebody_erased_is_refused_without_the_address_that_was_their_id(
    tmp_path: Path, database_url: str
) -> None:
    shop = open_shop(tmp_path, database_url)
    mail = ANN["email"]
    shop.take_in("backorders", [order("ann", **ANN | CLOSED | {"customer_id": mail})])
    erased(shop, Asked(mail))
    with shop.house() as house, pytest.raises(UsageError, match=r"customer 'a\*\*\*@shop.example.com' was erased"):
        holds.call(house, Asked(mail), holds.Said("Lee"), LATER, complaint=False)


def test_an_address_that_somebody_else_has_stays_theirs(shop: Shop) -> None:
    shop.take_in("backorders", [order("bob", email="bob@shop.example.com", phone=ANN["phone"])], LATER)
    report = erased(shop)
    kept = {row.value for row in shop.rows(Address)} - {None}
    assert (report.suppressed, report.shared) == (1, 1)
    assert kept == {"bob@shop.example.com", ANN["phone"]}
    assert [row.phone_id for row in shop.rows(Customer) if row.key == "ann"] == [None]


def test_an_address_that_another_brands_customer_has_is_suppressed_in_this_brand(
    tmp_path: Path, database_url: str
) -> None:
    shop = open_shop(tmp_path, database_url, "[brands.oak]\ndefault = true\n[brands.elm]\n")
    shop.take_in("backorders", [order("ann", brand="oak", **ANN | CLOSED)], LATER)
    shop.take_in("backorders", [order("deb", brand="elm", email=ANN["email"])], LATER)
    erased(shop, Asked("ann", brand="oak"))
    shop.take_in("backorders", [order("ann9", brand="oak", email=ANN["email"])], LATER)
    shop.plan(LATER)
    written = {(row.brand, row.address_id) for row in shop.rows(Message)}
    barred = [row.brand for row in shop.rows(Suppression)]
    assert ({brand for brand, _ in written}, barred) == ({"elm"}, ["oak", "oak"])


def test_a_no_to_a_shared_number_stays_the_numbers_own(shop: Shop) -> None:
    shop.take_in("backorders", [order("bob", phone=ANN["phone"])], LATER)
    no = YES | {"address": ANN["phone"], "channel": "sms", "class": "service", "granted": "no"}
    shop.take_in("consents", [no], LATER)
    erased(shop)
    assert [(row.customer_id, row.granted, row.wording) for row in shop.rows(Consent)] == [(None, False, "")]


def test_an_open_line_refuses_and_names_the_order(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", **ANN, order_id="O-77")], LATER)
    with pytest.raises(ErasureRefused, match="O-77"):
        erased(shop)
    assert CANARY in everything(shop)


def test_a_message_in_a_workers_hand_refuses(shop: Shop) -> None:
    with shop.house() as house, house.store.write() as tx:
        tx.connection.execute(update(table_of(Message)).values(state="claimed"))
    with pytest.raises(ErasureRefused, match="just going out"):
        erased(shop)
    assert shop.rows(Evidence) == []


def test_what_is_queued_is_withdrawn(shop: Shop) -> None:
    with shop.house() as house, house.store.write() as tx:
        tx.connection.execute(update(table_of(Message)).values(state="queued"))
    erased(shop)
    assert [(row.state, row.reason) for row in shop.rows(Message)] == [("withdrawn", "erased")]


def test_a_second_erasure_says_that_there_was_nothing_to_do(shop: Shop) -> None:
    first = erased(shop)
    again = erased(shop, now=LATER + timedelta(days=1))
    assert (again.again, again.at, again.kept) == (True, LATER, first.kept)


def test_who_erased_stays_on_record(shop: Shop) -> None:
    erased(shop, by="Kim")
    assert [row.erased_by for row in shop.rows(Customer) if row.key == "ann"] == ["Kim"]


def test_a_second_erasure_names_who_erased_first(shop: Shop) -> None:
    erased(shop, by="Kim")
    assert erased(shop, by="Lee").by == "Kim"


def test_nobody_erases_without_a_name(shop: Shop) -> None:
    with pytest.raises(UsageError, match="say who says so"):
        erased(shop, by=" ")


def test_somebody_unknown_is_told_apart(shop: Shop) -> None:
    with pytest.raises(UsageError, match="no customer 'zoe'"):
        erased(shop, Asked("zoe"))


def test_notice_and_consent_go_to_the_archive_for_five_years(shop: Shop) -> None:
    give_notice(shop)
    report = erased(shop)
    assert (report.kept.notices, report.kept.consents) == (1, 1)
    assert report.kept.until == datetime(2031, 6, 10, 15, 0, tzinfo=UTC)
    notice, consent = archive(shop)
    assert (notice["kind"], notice["answers"], notice["order_key"]) == ("F3", "2026-05-20", "O-ann")
    assert ANN["email"] in notice["body"]
    assert consent["wording"] == YES["wording"]


def test_the_answer_to_a_notice_is_evidence_too(shop: Shop) -> None:
    give_notice(shop)
    with shop.house() as house, house.store.write() as tx:
        said = {"line_id": 1, "said": "accept", "at": NOON, "known_at": NOON, "actor": "Lee", "channel": "call"}
        tx.connection.execute(insert(table_of(Answer)), said)
    erased(shop)
    assert archive(shop)[0]["line_answers"] == [
        {"said": "accept", "at": NOON.isoformat(), "actor": "Lee", "channel": "call"}
    ]


def test_a_refund_that_is_owed_is_named(shop: Shop) -> None:
    with shop.house() as house, house.store.write() as tx:
        stands = {"line_id": 1, "state": "refund_due", "rule": "F7", "notice": "", "alarm": ""}
        tx.connection.execute(insert(table_of(LegalStanding)), stands)
    assert erased(shop).refunds_owed == ("O-ann",)


def test_the_notice_itself_stays_so_that_no_second_one_is_given(shop: Shop) -> None:
    give_notice(shop)
    erased(shop)
    assert len(shop.rows(Notice)) == 1
    assert shop.rows(MessageBody) == []


def test_the_history_of_dates_stays_and_that_of_the_person_goes(shop: Shop) -> None:
    assert {"region", "status"} <= {row.field for row in shop.rows(FactChange)}
    erased(shop)
    left = {row.field for row in shop.rows(FactChange)}
    assert "status" in left
    assert not left & {"region", "locale", "email_id"}


def test_another_customer_is_left_as_it_was(shop: Shop) -> None:
    shop.take_in("backorders", [order("bob")], LATER)
    erased(shop)
    assert [(row.name, row.erased_at) for row in shop.rows(Customer) if row.key == "bob"] == [("Bob", None)]
