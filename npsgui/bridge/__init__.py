"""The floor of NPS agents. Never imports relay or ledger, never Qt."""
