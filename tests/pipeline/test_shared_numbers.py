"""Two brands write to one person: which one a reply means, and how far a no goes."""

from datetime import timedelta
from pathlib import Path

import pytest

from notifier.pipeline.receive import Received, receive
from notifier.store.tables import Consent, Message
from notifier.terms.incoming import Incoming, Road
from tests.pipeline.test_receive_texts import ANN, BY_TEXT
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery."""

MINUTE = timedelta(minutes=1)
OAKS, ELMS = "+4915100000001", "+4915100000002"
SMS = '[sms]\nenabled = true\naccount_sid = "AC00000000000000000000000000000000"\nallowed_countries = ["DE"]\n'
SERVICE = SMS + 'messaging_service_sid = "MG00000000000000000000000000000000"\n'


def brands(oaks: str = "", elms: str = "") -> str:
    oak = f'[brands.oak]\ndefault = true\nsender = "Oak <re@oak.example>"\ntext_sender = "{oaks}"\n'
    return oak + f'[brands.elm]\nsender = "Elm <re@elm.example>"\ntext_sender = "{elms}"\n'


def opened(folder: Path, url: str, toml: str, **more: str) -> Shop:
    """Elm alone has written to Ann."""
    shop = open_shop(folder, url, toml, NOTIFIER_SMS__AUTH_TOKEN="0" * 32)
    shop.take_in("backorders", [order("ann", brand="elm", **BY_TEXT | more)])
    shop.plan()
    shop.deliver()
    return shop


def text(shop: Shop, words: str, to: str) -> Received:
    with shop.house() as house:
        return receive(house, Incoming(Road.SMS, "SM1", NOON + MINUTE, words, ANN, to), NOON + MINUTE)


def mail(shop: Shop) -> None:
    """Ann writes to the mailbox that both brands have."""
    incoming = Incoming(Road.EMAIL, "1", NOON + MINUTE, "unsubscribe", "ann@shop.example.com", "replies@box.example")
    with shop.house() as house:
        receive(house, incoming, NOON + MINUTE)


def refused(shop: Shop) -> set[str]:
    return {row.brand for row in shop.rows(Consent) if not row.granted}


def test_a_text_to_a_messaging_service_answers_the_newest_message(tmp_path: Path, database_url: str) -> None:
    shop = opened(tmp_path, database_url, brands() + SERVICE)
    assert text(shop, "when will it arrive?", "+4915100000009").customer == "ann"


def test_a_stop_to_a_messaging_service_ends_the_texts_of_every_brand(tmp_path: Path, database_url: str) -> None:
    shop = opened(tmp_path, database_url, brands(OAKS, ELMS) + SERVICE)
    text(shop, "STOP", OAKS)
    assert refused(shop) == {"oak", "elm"}


def test_a_stop_to_a_number_of_two_brands_ends_the_texts_of_both(tmp_path: Path, database_url: str) -> None:
    shop = opened(tmp_path, database_url, brands(OAKS, OAKS) + SMS)
    text(shop, "STOP", OAKS)
    assert refused(shop) == {"oak", "elm"}


def test_a_stop_to_the_number_of_one_brand_ends_the_texts_of_that_one(tmp_path: Path, database_url: str) -> None:
    shop = opened(tmp_path, database_url, brands(OAKS, ELMS) + SMS)
    text(shop, "STOP", ELMS)
    assert refused(shop) == {"elm"}


def test_a_text_of_another_brand_that_waits_at_a_stop_does_not_go(tmp_path: Path, database_url: str) -> None:
    shop = opened(tmp_path, database_url, brands() + SERVICE)
    shop.take_in("backorders", [order("ann2", brand="oak", **BY_TEXT | {"email": ""})])
    shop.plan()
    text(shop, "STOP", "+4915100000009")
    shop.deliver(NOON + MINUTE)
    oaks = [(row.channel, row.state) for row in shop.rows(Message) if row.brand == "oak"]
    assert oaks == [("sms", "withdrawn")]


def test_an_opt_out_by_email_without_a_token_counts_for_the_brand_that_wrote(tmp_path: Path, database_url: str) -> None:
    shop = opened(tmp_path, database_url, brands(), preferred_channel="email")
    mail(shop)
    assert refused(shop) == {"elm"}


def test_an_opt_out_by_email_without_a_token_counts_for_all_who_wrote(tmp_path: Path, database_url: str) -> None:
    shop = opened(tmp_path, database_url, brands(), preferred_channel="email")
    shop.take_in("backorders", [order("ann2", brand="oak", **BY_TEXT | {"preferred_channel": "email"})])
    shop.plan()
    shop.deliver()
    mail(shop)
    assert refused(shop) == {"oak", "elm"}
