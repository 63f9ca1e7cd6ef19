"""What customers answer. Colour: wire. Called by pipeline.

intents       what the words mean (pure)
phrase_files  the lists of words and phrases in phrases/, read from disk
"""
