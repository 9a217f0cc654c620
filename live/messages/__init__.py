"""What a bot says, in Korean and English: answers and events as short text for a phone."""
