"""Read-only views for the doors: they take a Transaction and change nothing. Colour: store. Used by cli, web, explain.

exports       every contact, decision or message, streamed oldest first
stories       everything about one customer, order or message
outbox_state  how the outbox, plan and sources stand at a moment
masks         addresses as a person may see them
"""
