"""SOCKS5 tunnels: the visitor says where to; the answer comes after the dial, and is true."""

from __future__ import annotations

import errno
import socket

from npsgui.model.entities import Target
from npsgui.model.errors import ProtocolError, TargetUnreachable
from npsgui.relay.pair import Half, Pair
from npsgui.relay.prelude import Prelude
from npsgui.relay.socks5 import Command, Conversation, Reply, Request, reply
from npsgui.relay.socks5_udp import associate
from npsgui.relay.talking import TalkingService, Visit
from npsgui.relay.targets import Route

REPLIES = {
    errno.ECONNREFUSED: Reply.CONNECTION_REFUSED,
    errno.ENETUNREACH: Reply.NETWORK_UNREACHABLE,
    errno.EHOSTUNREACH: Reply.HOST_UNREACHABLE,
    errno.ETIMEDOUT: Reply.TTL_EXPIRED,
    errno.EAFNOSUPPORT: Reply.ADDRESS_NOT_SUPPORTED,
}


class Socks5Service(TalkingService):
    """The open ports of one SOCKS5 tunnel."""

    async def talk(self, visit: Visit) -> None:
        """Read the request, answer what cannot be done, lead the rest."""
        async with self.patience():
            request = await self._request(visit.prelude)
        if visit.refusal is not None:
            visit.prelude.write(reply(Reply.NOT_ALLOWED))
        elif request.command == Command.CONNECT:
            await self._connect(visit, request)
        elif request.command == Command.UDP_ASSOCIATE:
            associate(self._shared, visit, self._route(visit), request.address.port)
        else:
            visit.prelude.write(reply(Reply.COMMAND_NOT_SUPPORTED))

    async def _request(self, prelude: Prelude) -> Request:
        accounts = {account.user: account.password for account in self.tunnel.accounts}
        conversation = Conversation(accounts)
        while True:
            prelude.write(conversation.receive(prelude.unread))
            if conversation.request is not None:
                return conversation.request
            if conversation.failure:
                raise ProtocolError(conversation.failure)
            await prelude.more()

    def _route(self, visit: Visit, *targets: Target) -> Route:
        tunnel = self.tunnel
        return Route(tunnel.owner, tunnel.client, tunnel.via, targets, visit.peer)

    async def _connect(self, visit: Visit, request: Request) -> None:
        prelude, route = visit.prelude, self._route(visit, request.address)
        prelude.hold()
        pair = Pair(self._shared, visit.take_lease(), visit.peer)
        try:
            with pair.opening():
                target = await self._shared.dialer.dial(route, pair.target_half)
        except TargetUnreachable as error:
            prelude.write(reply(reply_for(error)))
            return
        prelude.write(reply(Reply.SUCCEEDED, *_bound(pair.target_half)))
        pair.take_over(prelude, target)


def reply_for(error: TargetUnreachable) -> Reply:
    """The code that says why a target was not reached."""
    cause = error.__cause__
    if isinstance(cause, socket.gaierror | UnicodeError):
        return Reply.HOST_UNREACHABLE
    if isinstance(cause, TimeoutError):
        return Reply.TTL_EXPIRED
    number = cause.errno if isinstance(cause, OSError) else None
    return REPLIES.get(number or 0, Reply.GENERAL_FAILURE)


def _bound(half: Half) -> tuple[str, int]:
    """The address that the target sees; nothing where an agent dialled."""
    name = half.transport.get_extra_info("sockname") if half.transport is not None else None
    return (str(name[0]), int(name[1])) if name else ("0.0.0.0", 0)
