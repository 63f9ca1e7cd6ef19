"""What customers answer. Colour: wire. Called by pipeline.

mailbox       answers by email: each new mail of a mailbox is handed on, once it is there
intents       what the words mean (pure)
mail          what an email says (pure)
mail_process  reads emails in a limited process; mail_worker is that process, mail_packing what it answers
phrase_files  the lists of words and phrases in phrases/, read from disk
"""
