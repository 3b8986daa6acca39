"""Thin command handlers: parse a command, call one thing, answer."""
