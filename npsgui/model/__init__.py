"""The bottom floor: facts and rules. Pure: standard library only, no I/O, reads no clock."""
