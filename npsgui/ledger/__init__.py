"""The floor of the database: minute rows, totals, configuration. Never imports relay or bridge, never Qt."""
