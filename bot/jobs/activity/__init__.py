"""What members did: messages counted from histories, voice time recorded as it happens."""
