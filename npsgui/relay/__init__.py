"""The floor of sockets: listeners, dialling, sessions. Never imports ledger or bridge, never Qt."""
