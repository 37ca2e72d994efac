"""The program without a face: commands, the minute clock, the control socket. Never imports Qt."""
