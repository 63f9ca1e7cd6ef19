"""Every value that a shop's database holds, as text, to look for what must not be there."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import MetaData, select
from sqlmodel import SQLModel

from notifier.store.bodies import UNREADABLE, unpacked
from notifier.store.lookup import table_of
from notifier.store.tables import MessageBody, TemplateVersion
from tests.shop import Shop


def everything(shop: Shop) -> str:
    """Every value of every table but the restricted archive, bodies decompressed."""
    found: list[str] = []
    metadata: MetaData = SQLModel.metadata
    with shop.house() as house, house.store.read() as tx:
        for table in metadata.sorted_tables:
            if table.name != "evidence":
                for row in tx.connection.execute(select(table)):
                    found += [_text(value) for name, value in row._mapping.items() if name != "body"]
        samples = list(tx.connection.execute(select(table_of(TemplateVersion).c.sample)).scalars())
        for body in tx.connection.execute(select(table_of(MessageBody).c.body)).scalars():
            found += [_text(whole) for whole in _opened(body, samples)]
    return "\n".join(found)


def _opened(body: bytes, samples: Sequence[bytes]) -> Sequence[bytes]:
    opened = [unpacked(body, sample) for sample in (b"", *samples)]
    assert not all(one.startswith(UNREADABLE) for one in opened)
    return opened


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
