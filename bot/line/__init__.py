"""LINE: the webhook in, messages out. Only this package imports `linebot`."""
