"""The types of what a template sees: plain values and tables of them. Colour: pure. Used by context and legal."""

Value = str | int | bool | None | list["Value"] | dict[str, "Value"]
Table = dict[str, Value]
