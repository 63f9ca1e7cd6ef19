"""Reads the mailbox of replies: each new mail is handed on once it is there. Colour: wire. Built by app.

idle    waits until the server tells of something new
folder  what is new in the folder, one mail of it, its marks
reader  in which order, how far, and what becomes of a fault
thread  the reader beside everything else

A mail is done once it was taken: only then is it marked as seen, and only then is its UID remembered. Whatever breaks
off before brings it again, under the same key.
"""

from notifier.replies.mailbox.reader import Intake, MailboxReader, Reading
from notifier.replies.mailbox.thread import ReadingThread

__all__ = ["Intake", "MailboxReader", "Reading", "ReadingThread"]
