"""Now through the desk: engine, supervisor, reconciliation, Telegram."""
