"""The page that people type in, and the API it speaks."""
