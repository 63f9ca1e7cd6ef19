"""The order of work, in business order: records in, plan, deliver, explain. Colour: root. Called by schedule and cli.

facts     rows of the database → facts of policy
plan      due customers → facts → decisions → outbox
content   facts and decision → what a message says
deliver   outbox → judged again → render → channel → contact log
explain   what was decided and said, as a story
"""
