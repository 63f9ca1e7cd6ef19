"""What customers answer. Colour: wire. Called by pipeline.

mailbox       answers by email: each new mail of a mailbox is handed on, once it is there
intents       what the words mean (pure)
phrase_files  the lists of words and phrases in phrases/, read from disk
"""
