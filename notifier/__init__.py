"""Backorder Notifier: tells customers honestly when their backordered goods will come. Colour: ground.

The map, in the order that data flows:

records     what the shop exports becomes rows: orders, lines, products, supply, consents
forecast    stock and supply, first ordered first served, become an ETA range for each line
policy      facts become decisions: send, hold until, or skip, with the reason and the trace
outbox      a decision to send becomes a message: a row before the network
render      a template and the facts become an email or a text, in limited processes
deliver     messages go out through channels, each attempt accounted
contact_log what was said to and by whom; frequency caps count here
replies     what customers answer by text and email, and what their words mean
actions     what the shop must do because of it: cancel, refund, swap, change
waitlist    who waits for a product to come back, and consent to be told

pipeline calls them in that order; schedule, cli and web only call pipeline; app builds everything.
"""
