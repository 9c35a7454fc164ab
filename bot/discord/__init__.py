"""Discord: the gateway in, messages out. Only this package imports `discord`."""
