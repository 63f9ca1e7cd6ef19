"""The support team's console under /console. Colour: door. Put together by web.opening.

opening     the areas it consists of
desk        what all its pages share
routes      every route with its least role, and what surrounds each: session, role, forgery, audit, refusals
asked       one request of somebody who is signed in, and the ways to answer it
paper       values become HTML, with headers that allow our own files and no more
nav         the areas as the menu lists them, and where a newcomer begins
said        what is told once on the next page
assets      the files that a browser loads
sign_in     signing in and out, by password
outside     signing in by the shop's own identity provider
ticket      what ties the way there to the way back
team        accounts, one's own account, the audit log
"""
