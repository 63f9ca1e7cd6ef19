"""The locks under which plans and imports take turns. Colour: root. Taken in this order by who needs both."""

RECORDS_LOCK = "records"
"""Held by every import batch: what plan has read is not overtaken before it has written."""

LOCK = "plan"
"""Held by every plan, and by who changes what plan judges by."""
