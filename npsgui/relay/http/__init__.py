"""HTTP/1.1 as a relay sees it: heads, the framing of bodies, routes, and sessions that change heads."""
