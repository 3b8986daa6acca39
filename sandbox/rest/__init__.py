"""Discord's REST API, version 10: routes parse, call the world, and serialise."""
