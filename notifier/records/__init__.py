"""What the shop knows: its exports read, checked and kept as customers, orders, lines and supply. Colour: store.

Called by app (for the import command) and pipeline (for the configured sources). Reading files belongs to this colour
too; what comes over the network is fetched by `source_fetch` first, so that no transaction waits for it.

inspect → readers → mapping → survey → row → (people, orders, lines, goods, rights) → changes, dirty.
`importer` is the order of work.
"""
