"""What one email says: its bytes → terms.mail.Mail. Colour: pure. Run by mail_worker in a limited process.

structure   the caps, then the parts: nothing is decoded yet
headers     the fields of a part, and what is written in them
addresses   addresses and Message-IDs, found in one pass
decoding    a part's bytes as text, whatever they claim to be
html_text   HTML as text; what is quoted gets its >
letter      which parts are the letter, which are attachments
labels      how mail programs mark what others wrote, in many languages
quotes      lines that others wrote
signatures  lines that only say who and from which phone
new_words   the customer's own words
machines    whether a machine wrote it
returned    what a bounce or a complaint is about
failure     whether it failed for good
read        the one question to ask
"""

from notifier.replies.mail.read import read_mail
from notifier.replies.mail.structure import MOST_BYTES

__all__ = ["MOST_BYTES", "read_mail"]
