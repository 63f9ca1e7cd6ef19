"""What links in messages lead to: a customer's orders, choices, preferences. Colour: door. Called by opening.

routes     which link is asked for, and what a form asks for
forms      what a form says, and the nonce without which nothing is done
speech     the words of a language, and what they say of a day, an hour or a product
telling    a view in words
paper      words and a view become HTML, with headers that allow its own style and no more
"""
