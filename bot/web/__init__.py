"""The pages that the bot serves itself: the chat page in the browser."""
