"""The bot in Telegram: commands, confirmations, approvals, alerts."""
