"""What npc and nps 0.26 said, captured. Source: nps-wire.md."""

from __future__ import annotations

from npsgui.bridge.frames import ACK, CLOSE, MSG, OPEN, OPEN_OK, PART, PING, PONG, Run, parse

NPC_SAYS = bytes.fromhex("54535406000000302e32362e3007000000302e32362e3130")
NPS_ANSWERS = bytes.fromhex("3839613466336663336338393235376436663731326465363936346264613865")
PLAINKEY = bytes.fromhex("3134346436636663356262333436373836643030323565373663303861383662")


CAPTURED_LINK = (
    b'{"ConnType":"tcp","Host":"127.0.0.1:31001","Crypt":false,"Compress":false,"LocalProxy":false,'
    b'"RemoteAddr":"127.0.0.1:53552","Option":{"Timeout":5000000000}}'
)


Plain = tuple[int, int, bytes]


def plain(data: bytes) -> list[Plain]:
    """The whole frames in ``data`` as (flag, stream, payload); an ack's payload is its two numbers."""
    found: list[Plain] = []
    for frame in parse(memoryview(data))[0]:
        if isinstance(frame, Run):
            found += [
                (mark, frame.ident, bytes(part)) for part, mark in zip(frame.parts, frame.marks, strict=True)
            ]
        elif frame.flag == ACK:
            found.append((ACK, frame.ident, f"{frame.read}/{frame.largest}".encode()))
        else:
            found.append((frame.flag, frame.ident, frame.payload))
    return found


def hexed(text: str) -> bytes:
    return bytes.fromhex(text)


BIG = bytes(range(256)) * 40  # 10,240 bytes


CAPTURES: list[tuple[str, bytes, list[Plain]]] = [
    ("NEW_CONN", hexed("06 01000000"), [(OPEN, 1, b"")]),
    ("NEW_CONN_OK", hexed("01 01000000"), [(OPEN_OK, 1, b"")]),
    ("MSG hello", hexed("03 01000000 0500 68656c6c6f"), [(MSG, 1, b"hello")]),
    ("ACK on arrival", hexed("05 01000000 00000000 fceb0200"), [(ACK, 1, b"0/191484")]),
    ("ACK consumed", hexed("05 01000000 05000000 fceb0200"), [(ACK, 1, b"5/191484")]),
    (
        "a write of 10000 bytes",
        hexed("04 01000000 f50f") + BIG[:4085]
        + hexed("04 01000000 f50f") + BIG[4085:8170]
        + hexed("03 01000000 2607") + BIG[8170:10000],
        [(PART, 1, BIG[:4085]), (PART, 1, BIG[4085:8170]), (MSG, 1, BIG[8170:10000])],
    ),
    ("ACK per frame", hexed("05 01000000 00000000 44380b00"), [(ACK, 1, b"0/735300")]),
    ("ACK of all", hexed("05 01000000 10270000 44380b00"), [(ACK, 1, b"10000/735300")]),
    ("CLOSE", hexed("07 01000000"), [(CLOSE, 1, b"")]),
    (
        "PONG and PING in one segment",
        hexed("08ffffffff1e00") + b"2026-11-24T07:00:00.123456789Z"
        + hexed("00ffffffff1e00") + b"2026-11-24T07:00:00.223456789Z",
        [(PONG, -1, b"2026-11-24T07:00:00.123456789Z"), (PING, -1, b"2026-11-24T07:00:00.223456789Z")],
    ),
    (
        "a SOCKS5 datagram to npc",
        hexed("03 07000000 1500 000000 01 7f000001 791a") + b"udp5payload",
        [(MSG, 7, hexed("000000 01 7f000001 791a") + b"udp5payload")],
    ),
    (
        "a SOCKS5 datagram from npc",
        hexed("03 07000000 1900 15000000 000000 01 7f000001 791a") + b"udp5payload",
        [(MSG, 7, hexed("15000000 000000 01 7f000001 791a") + b"udp5payload")],
    ),
]  # fmt: skip
