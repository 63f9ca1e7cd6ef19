"""The order of work, in business order: records in, plan, deliver, explain. Colour: root. Called by schedule and cli.

facts     rows of the database → facts of policy
plan      due customers → facts → decisions → outbox
content   facts and decision → what a message says
deliver   outbox → judged again → render → channel → contact log
receive   a reply → whose it is → what it means → effects → acknowledgement
inbox     what waits for a person, and what the person does
actions   what the shop is asked to do, and what it says of it
signup    somebody wants to be told of a product; restock tells them
explain   what was decided and said, as a story
"""
