"""A made-up shop that shows the main job in seconds. Colour: door. Called by cli.

shop/     the shop's files: its settings, its exports of today, and in earlier/ those of the week before
layout    writes them into a folder, with dates near today
story     the order of events: a week of the shop's life, through the same pipeline as the commands
summary   what a person reads at the end
gallery   the rendered messages as web pages
"""
