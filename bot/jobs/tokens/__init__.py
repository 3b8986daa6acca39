"""How many tokens people's questions took today, and how many they may take."""
