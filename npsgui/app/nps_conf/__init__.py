"""NPS's conf folder, both ways: clients.json, tasks.json and hosts.json to owners and back."""
