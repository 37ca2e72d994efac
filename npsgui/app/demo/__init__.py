"""The demo: clients and tunnels in a throw-away folder, with targets and visitors of their own."""
