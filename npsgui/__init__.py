"""npsgui: runs network tunnels and shows, exactly and live, who used how much of them."""

__version__ = "0.1.0"
