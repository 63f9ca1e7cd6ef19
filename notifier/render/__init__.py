"""Template → subject, html, text, SMS segments, MIME, signed links. Colour: pure. Run inside `render_pool`'s processes.

catalogue   which template answers a purpose, locale and brand
words       the small phrases around dates and greetings, by locale
context     Content → the plain values a template sees
clean       what may not reach a header, a link or a body
environment the sandbox
compile     Markdown → HTML → layout → inlined CSS, Jinja kept; then one message at a time
texts       GSM-7, segments and how long a text may be
mime        a skeleton per template version, filled per message
links       signed links
"""
