"""How the news of a job reaches people: tickets while it lives, the outbox when it ends."""
