"""The database: tables, engine, transactions, migrations, facts gathered for policy; no business. Colour: store."""
