"""A local stand-in for Discord: real HTTP, a real websocket, and a page to type in."""
