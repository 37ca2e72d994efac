"""The window: the only floor that imports Qt. Never imports relay, bridge or ledger."""
