"""The vocabulary of the product: enums and frozen, self-validating values. Colour: ground. Everybody imports it."""
