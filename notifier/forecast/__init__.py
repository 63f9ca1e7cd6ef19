"""What may be expected of a line: supply → ETA range, stand-ins. Colour: pure. Called by pipeline.

allocation    who is served by which stock or purchase order, first ordered first served
eta           the ship dates a customer may be told
alternatives  up to three products in stock that may stand in
"""
