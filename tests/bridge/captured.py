"""What npc and nps 0.26 said, captured. Source: nps-wire.md."""

from __future__ import annotations

NPC_SAYS = bytes.fromhex("54535406000000302e32362e3007000000302e32362e3130")
NPS_ANSWERS = bytes.fromhex("3839613466336663336338393235376436663731326465363936346264613865")
PLAINKEY = bytes.fromhex("3134346436636663356262333436373836643030323565373663303861383662")


CAPTURED_LINK = (
    b'{"ConnType":"tcp","Host":"127.0.0.1:31001","Crypt":false,"Compress":false,"LocalProxy":false,'
    b'"RemoteAddr":"127.0.0.1:53552","Option":{"Timeout":5000000000}}'
)
