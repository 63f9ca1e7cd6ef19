"""The files that `notifier init` writes. Colour: door. Called by cli.

settings.toml    the settings that every shop looks at first
backorders.csv   three orders with dates near today, in our own column names
gitignore.txt    becomes .gitignore: secrets, the database and messages stay out of version control
"""
