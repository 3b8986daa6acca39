"""Discord's gateway, version 10, over a real websocket: JSON, uncompressed."""
