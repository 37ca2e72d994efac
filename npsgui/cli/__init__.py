"""The command line. Never imports Qt, relay, bridge or ledger."""
