"""The first schema. Colour: store. Run by store.migrate."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from notifier.store.columns import Amount

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("hash", AutoString(), nullable=False),
        sa.Column("value", AutoString(), nullable=True),
        sa.Column("region", AutoString(), nullable=False),
        sa.Column("textable", sa.Boolean(), nullable=False),
        sa.Column("timezones", AutoString(), nullable=False),
        sa.Column("first_seen_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "hash"),
    )
    op.create_table(
        "fact_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("field", AutoString(), nullable=False),
        sa.Column("old", AutoString(), nullable=True),
        sa.Column("new", AutoString(), nullable=True),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("fact_change", schema=None) as batch_op:
        batch_op.create_index("ix_fact_change_key", ["kind", "key"], unique=False)
        batch_op.create_index(batch_op.f("ix_fact_change_known_at"), ["known_at"], unique=False)

    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("profile", AutoString(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("file_name", AutoString(), nullable=False),
        sa.Column("file_hash", AutoString(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("blank", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "meta",
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("value", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "plan_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("holds", sa.Integer(), nullable=False),
        sa.Column("skips", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("plan_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_run_at"), ["at"], unique=False)

    op.create_table(
        "product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sku", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("category", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("price", Amount(), nullable=True),
        sa.Column("currency", AutoString(), nullable=False),
        sa.Column("url", AutoString(), nullable=False),
        sa.Column("image_url", AutoString(), nullable=False),
        sa.Column("supplier", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sku"),
    )
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_category"), ["category"], unique=False)

    op.create_table(
        "source_state",
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("fingerprint", AutoString(), nullable=False),
        sa.Column("last_read_at", UTCDateTime(), nullable=True),
        sa.Column("last_new_at", UTCDateTime(), nullable=True),
        sa.Column("error", AutoString(), nullable=False),
        sa.Column("told_stale_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "supply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("po", AutoString(), nullable=False),
        sa.Column("supplier", AutoString(), nullable=False),
        sa.Column("sku", AutoString(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("received_quantity", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("po", "sku"),
    )
    with op.batch_alter_table("supply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supply_sku"), ["sku"], unique=False)

    op.create_table(
        "suppression",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("address_hash", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=False),
        sa.Column("lifted_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("brand", "channel", "address_hash", "at"),
    )
    with op.batch_alter_table("suppression", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suppression_address_hash"), ["address_hash"], unique=False)

    op.create_table(
        "template_version",
        sa.Column("hash", AutoString(), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("locale", AutoString(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("first_used_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "customer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=True),
        sa.Column("phone_id", sa.Integer(), nullable=True),
        sa.Column("locale", AutoString(), nullable=False),
        sa.Column("preferred_channel", AutoString(), nullable=False),
        sa.Column("timezone", AutoString(), nullable=False),
        sa.Column("country", AutoString(), nullable=False),
        sa.Column("region", AutoString(), nullable=False),
        sa.Column("postal_code", AutoString(), nullable=False),
        sa.Column("business", sa.Boolean(), nullable=False),
        sa.Column("described_at", UTCDateTime(), nullable=True),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["email_id"],
            ["address.id"],
        ),
        sa.ForeignKeyConstraint(
            ["phone_id"],
            ["address.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("brand", "key"),
    )
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_customer_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_customer_email_id"), ["email_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_customer_key"), ["key"], unique=False)
        batch_op.create_index(batch_op.f("ix_customer_phone_id"), ["phone_id"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("address_id", sa.Integer(), nullable=True),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("message_class", AutoString(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("wording", AutoString(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("evidence", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"],
            ["address.id"],
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("brand", "customer_id", "address_id", "channel", "message_class", "at", "granted"),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_address_id"), ["address_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_customer_id"), ["customer_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("uid", AutoString(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("message_class", AutoString(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("notice", AutoString(), nullable=False),
        sa.Column("locale", AutoString(), nullable=False),
        sa.Column("occasion", AutoString(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("queued_at", UTCDateTime(), nullable=False),
        sa.Column("not_before", UTCDateTime(), nullable=False),
        sa.Column("claimed_by", AutoString(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("handed_off_at", UTCDateTime(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("subject", AutoString(), nullable=False),
        sa.Column("template_version", AutoString(), nullable=False),
        sa.Column("provider_id", AutoString(), nullable=False),
        sa.Column("link_token", AutoString(), nullable=False),
        sa.Column("reward_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["address_id"],
            ["address.id"],
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["plan_run.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_address", ["address_id", "queued_at"], unique=False)
        batch_op.create_index("ix_message_customer", ["customer_id", "queued_at"], unique=False)
        batch_op.create_index("ix_message_due", ["state", "rung", "not_before", "id"], unique=False)
        batch_op.create_index("ix_message_lease", ["state", "lease_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_link_token"), ["link_token"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_provider_id"), ["provider_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_uid"), ["uid"], unique=False)
        batch_op.create_index(
            "uq_message_key_live",
            ["key"],
            unique=True,
            sqlite_where=sa.text("state <> 'withdrawn'"),
            postgresql_where=sa.text("state <> 'withdrawn'"),
        )

    op.create_table(
        "reward_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", AutoString(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("amount", Amount(), nullable=True),
        sa.Column("currency", AutoString(), nullable=False),
        sa.Column("cost", Amount(), nullable=False),
        sa.Column("issued_at", UTCDateTime(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("redeemed_at", UTCDateTime(), nullable=True),
        sa.Column("voided_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    with op.batch_alter_table("reward_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reward_code_customer_id"), ["customer_id"], unique=False)

    op.create_table(
        "shop_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=True),
        sa.Column("phone_id", sa.Integer(), nullable=True),
        sa.Column("sales_channel", AutoString(), nullable=False),
        sa.Column("locale", AutoString(), nullable=False),
        sa.Column("country", AutoString(), nullable=False),
        sa.Column("region", AutoString(), nullable=False),
        sa.Column("postal_code", AutoString(), nullable=False),
        sa.Column("timezone", AutoString(), nullable=False),
        sa.Column("gift", sa.Boolean(), nullable=False),
        sa.Column("ordered_at", UTCDateTime(), nullable=False),
        sa.Column("paid_at", UTCDateTime(), nullable=True),
        sa.Column("payment_method", AutoString(), nullable=False),
        sa.Column("amount_paid", Amount(), nullable=True),
        sa.Column("currency", AutoString(), nullable=False),
        sa.Column("buyer_credit", sa.Boolean(), nullable=False),
        sa.Column("promised_ship_by", sa.Date(), nullable=True),
        sa.Column("deliver_by", sa.Date(), nullable=True),
        sa.Column("eta_from", sa.Date(), nullable=True),
        sa.Column("eta_to", sa.Date(), nullable=True),
        sa.Column("status", AutoString(), nullable=False),
        sa.Column("shipped_at", UTCDateTime(), nullable=True),
        sa.Column("cancelled_at", UTCDateTime(), nullable=True),
        sa.Column("refunded_at", UTCDateTime(), nullable=True),
        sa.Column("delay_reason", AutoString(), nullable=False),
        sa.Column("rule_exempt", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["email_id"],
            ["address.id"],
        ),
        sa.ForeignKeyConstraint(
            ["phone_id"],
            ["address.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("brand", "key"),
    )
    with op.batch_alter_table("shop_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shop_order_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shop_order_key"), ["key"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("worker", AutoString(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("outcome", AutoString(), nullable=False),
        sa.Column("code", AutoString(), nullable=False),
        sa.Column("raw", AutoString(), nullable=False),
        sa.Column("provider_id", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_message_id"), ["message_id"], unique=False)

    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("direction", AutoString(), nullable=False),
        sa.Column("actor", AutoString(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=True),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("message_class", AutoString(), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("summary", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"],
            ["address.id"],
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index("ix_contact_address", ["address_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_at"), ["at"], unique=False)
        batch_op.create_index("ix_contact_customer", ["customer_id", "at"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("last_run", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=True),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("notice", AutoString(), nullable=False),
        sa.Column("verdict", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("hold_until", UTCDateTime(), nullable=True),
        sa.Column("lines", AutoString(), nullable=False),
        sa.Column("trace", AutoString(), nullable=False),
        sa.Column("fingerprint", AutoString(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["plan_run.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index("ix_decision_customer", ["customer_id", "last_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_run_id"), ["run_id"], unique=False)

    op.create_table(
        "message_body",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_table(
        "order_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("sku", AutoString(), nullable=False),
        sa.Column("product", AutoString(), nullable=False),
        sa.Column("category", AutoString(), nullable=False),
        sa.Column("bundle_id", AutoString(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("quantity_shipped", sa.Integer(), nullable=False),
        sa.Column("quantity_cancelled", sa.Integer(), nullable=False),
        sa.Column("unit_price", Amount(), nullable=True),
        sa.Column("currency", AutoString(), nullable=False),
        sa.Column("ordered_at", UTCDateTime(), nullable=False),
        sa.Column("promised_ship_by", sa.Date(), nullable=True),
        sa.Column("promised_edit", sa.Date(), nullable=True),
        sa.Column("deliver_by", sa.Date(), nullable=True),
        sa.Column("eta_from", sa.Date(), nullable=True),
        sa.Column("eta_to", sa.Date(), nullable=True),
        sa.Column("status", AutoString(), nullable=False),
        sa.Column("shipped_at", UTCDateTime(), nullable=True),
        sa.Column("cancelled_at", UTCDateTime(), nullable=True),
        sa.Column("refunded_at", UTCDateTime(), nullable=True),
        sa.Column("delay_reason", AutoString(), nullable=False),
        sa.Column("rule_exempt", sa.Boolean(), nullable=False),
        sa.Column("first_seen_at", UTCDateTime(), nullable=False),
        sa.Column("row_hash", AutoString(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("seen_import", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["shop_order.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("order_id", "key"),
    )
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_line_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_order_line_import_id"), ["import_id"], unique=False)
        batch_op.create_index("ix_order_line_queue", ["sku", "ordered_at", "id"], unique=False)

    op.create_table(
        "message_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("occasion", AutoString(), nullable=False),
        sa.Column("answers", sa.Date(), nullable=True),
        sa.Column("eta_from", sa.Date(), nullable=True),
        sa.Column("eta_to", sa.Date(), nullable=True),
        sa.Column("live", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["order_line.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("line_id", "channel", "purpose", "occasion", "live"),
        sa.UniqueConstraint("message_id", "line_id"),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Date(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("promised", sa.Date(), nullable=True),
        sa.Column("revised", sa.Date(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("delivered_at", UTCDateTime(), nullable=True),
        sa.Column("answer", AutoString(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("refund_due_at", UTCDateTime(), nullable=True),
        sa.Column("refunded_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["order_line.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("line_id", "answers", "kind"),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_message_id"), ["message_id"], unique=False)

    op.create_table(
        "promise_told",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("told_at", UTCDateTime(), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("eta_from", sa.Date(), nullable=True),
        sa.Column("eta_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["order_line.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id", "line_id"),
    )
    with op.batch_alter_table("promise_told", schema=None) as batch_op:
        batch_op.create_index("ix_promise_line", ["line_id", "told_at"], unique=False)
