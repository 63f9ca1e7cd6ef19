"""Signing up for news of a product, and confirming it. Colour: door. Put together by web.opening.

markup    the pages, as text
form      the sign-up form, to be shown within a shop's own pages
confirm   the page behind the link of a request for consent
"""
