"""Servers that tests run against: stand-ins of providers and real ones started for a test."""
