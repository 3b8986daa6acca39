"""Pictures made of gradients, noise and shapes: what the built-in renderer draws with."""
