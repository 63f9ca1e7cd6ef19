"""A shop in New York with one brand, as its settings say."""

LUMEN = """
[shop]
name = "Lumen & Oak"
country = "US"
timezone = "America/New_York"
[brands.main]
name = "Lumen & Oak"
sender = "Lumen & Oak <orders@oak.example>"
reply_address = "help@oak.example"
postal_address = "12 Harbour Street, Bristol"
colour = "#2f6f4f"
"""
