"""The packaged lists of words, read once for all tests of replies."""

from notifier.replies.phrase_files import packaged_phrasebook

BOOK = packaged_phrasebook()
