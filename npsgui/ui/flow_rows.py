"""The rows and columns of the tables of clients, tunnels and hosts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from PySide6.QtCore import QObject

from npsgui.model.agents import AgentRow
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Host, Owner, OwnerKey, OwnerKind, Scheme, Tunnel, Via
from npsgui.model.ports import format_ports
from npsgui.model.views import FlowRow
from npsgui.ui.agent_line import AgentWords
from npsgui.ui.amounts import DASH, amount, format_limit, rate
from npsgui.ui.filters import Facts
from npsgui.ui.sentences import Sentences
from npsgui.ui.table import Column, numeric


class Line(NamedTuple):
    """One row: an owner's numbers, and the owner."""

    flow: FlowRow
    owner: Owner
    client: str
    """The name of its client."""
    agent: AgentRow | None = None
    """Its client's agent, if it is online."""


def lines(
    rows: Sequence[FlowRow], configuration: Configuration, agents: Sequence[AgentRow] = ()
) -> list[Line]:
    """The lines of these rows; a row whose owner was removed a moment ago has none."""
    shelves: Mapping[OwnerKind, Mapping[int, Owner]] = {
        OwnerKind.CLIENT: configuration.clients,
        OwnerKind.TUNNEL: configuration.tunnels,
        OwnerKind.HOST: configuration.hosts,
    }
    clients = {client.id: client.remark or str(client.owner) for client in configuration.clients.values()}
    online = {agent.client: agent for agent in agents}
    found = []
    for row in rows:
        owner = shelves[row.kind].get(row.owner.id)
        if owner is not None:
            found.append(Line(row, owner, clients.get(row.client, ""), online.get(row.client)))
    return found


class FlowColumns(QObject):
    """Makes the columns of all of them, in the user's language."""

    def __init__(self, sentences: Sentences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sentences = sentences
        self._agent_words = AgentWords(self)

    def of_clients(self) -> list[Column[Line]]:
        """The columns of the Clients table."""
        return [
            self._name(),
            self._state(),
            *self._agent_of_client(),
            *self._traffic(),
            self._connections(),
            self._quota(270),
        ]

    def of_tunnels(self) -> list[Column[Line]]:
        """The columns of the Tunnels table."""
        place: list[Column[Line]] = [
            self._client(),
            self._kind(),
            Column(
                name="port",
                title=self.tr("Port"),
                value=lambda line: ports_of(line)[:1],
                text=lambda line: format_ports(ports_of(line)) if ports_of(line) else DASH,
                right=True,
                width=70,
            ),
            self._targets(),
            self._via(),
        ]
        return [self._name(), self._state(), *place, *self._traffic(), self._connections(), self._quota(120)]

    def of_hosts(self) -> list[Column[Line]]:
        """The columns of the Hosts table."""
        place: list[Column[Line]] = [
            Column(name="host", title=self.tr("Host name"), value=rule_of, text=rule_of, width=160),
            Column(
                name="location",
                title=self.tr("Location"),
                value=location_of,
                text=location_of,
                width=76,
                shown=False,
            ),
            Column(
                name="scheme",
                title=self.tr("Scheme"),
                value=scheme_of,
                text=scheme_of,
                width=80,
                shown=False,
            ),
            self._client(),
            self._targets(),
            self._via(),
        ]
        return [self._name(), self._state(), *place, *self._traffic(), self._connections(), self._quota(120)]

    def of_owned(self) -> list[Column[Line]]:
        """The columns for the tunnels and hosts of one client, whose name is known."""
        place = Column(name="place", title=self.tr("Port or name"), value=place_of, text=place_of, width=132)
        columns = [
            self._name(),
            self._state(),
            self._kind(),
            place,
            self._targets(),
            *self._traffic(),
            self._quota(124),
        ]
        return [column for column in columns if column.name != "today"]

    def facts(self, line: Line) -> Facts:
        """What a line can be found by."""
        flow = line.flow
        ports = ports_of(line)
        names = (
            self._sentences.owner(flow.owner),
            flow.remark,
            line.client,
            self._kind_of(line),
            host_of(line) + location_of(line),
            targets_of(line),
        )
        text = " ".join([*names, *map(str, ports)])
        states = (str(flow.state), self._sentences.state(flow.state))
        return Facts(text, states, ports, flow.inlet + flow.export, line.client)

    def name_of(self, line: Line) -> str:
        """The remark of an owner; without one its kind and number."""
        return self._sentences.name(line.flow.remark, line.flow.owner)

    def _reason(self, line: Line) -> str:
        return "" if line.flow.reason is None else self._sentences.of(line.flow.reason)

    def _quota_text(self, line: Line) -> str:
        flow = line.flow
        if not flow.quota:
            return self.tr("unlimited")
        return f"{int(flow.share * 100)} %  {amount(flow.used)} / {format_limit(flow.quota)}"

    def _name(self) -> Column[Line]:
        return Column(
            name="name",
            title=self.tr("Name"),
            value=lambda line: self.name_of(line).casefold(),
            text=self.name_of,
            bold=True,
            width=116,
        )

    def _kind_of(self, line: Line) -> str:
        """The kind of a tunnel; the kind of owner for the others."""
        if isinstance(line.owner, Tunnel):
            return self._sentences.mode(line.owner.mode)
        return self._sentences.kind(line.flow.kind).capitalize()

    def _kind(self) -> Column[Line]:
        return Column(name="kind", title=self.tr("Kind"), value=self._kind_of, text=self._kind_of, width=80)

    def _client(self) -> Column[Line]:
        return Column(
            name="client",
            title=self.tr("Client"),
            value=lambda line: line.client.casefold(),
            text=lambda line: self._sentences.name(line.client, OwnerKey(OwnerKind.CLIENT, line.flow.client)),
            width=96,
        )

    def _targets(self) -> Column[Line]:
        return Column(
            name="targets",
            title=self.tr("Target"),
            value=targets_of,
            text=lambda line: targets_of(line) or DASH,
            width=140,
            shown=False,
        )

    def _via(self) -> Column[Line]:
        def text(line: Line) -> str:
            return self.tr("Client's agent") if _by_agent(line) else self.tr("This computer")

        return Column(
            name="via", title=self.tr("Connects from"), value=text, text=text, width=130, shown=False
        )

    def _agent_of_client(self) -> list[Column[Line]]:
        """What is to be known of a client's agent."""
        words = self._agent_words

        def column(name: str, title: str, text: Callable[[Line], str]) -> Column[Line]:
            return Column(name=name, title=title, value=text, text=text, shown=False)

        return [
            replace(
                column("agent", self.tr("Agent"), lambda line: words.state(line.agent)), width=76, shown=True
            ),
            column("agent_version", self.tr("Agent version"), lambda line: _of(line.agent, "version")),
            column("agent_address", self.tr("Agent address"), lambda line: _of(line.agent, "address")),
            replace(
                column("agent_latency", self.tr("Latency"), lambda line: words.latency(line.agent)),
                value=lambda line: (line.agent.latency if line.agent else None) or 0.0,
                right=True,
            ),
            replace(
                column("agent_since", self.tr("Online since"), lambda line: words.since(line.agent)),
                value=lambda line: line.agent.since if line.agent else 0.0,
            ),
        ]

    def _state(self) -> Column[Line]:
        return Column(
            name="state",
            title=self.tr("State"),
            value=lambda line: line.flow.state,
            text=lambda line: self._sentences.state(line.flow.state),
            cell_tip=self._reason,
            width=132,
        )

    def _traffic(self) -> list[Column[Line]]:
        inlet = self.tr("Inlet: from visitors to targets")
        export = self.tr("Export: from targets to visitors")
        both = self.tr("Inlet and export since midnight")
        numbers: list[tuple[str, str, Callable[[Line], float], Callable[[float], str], str]] = [
            ("inlet_now", self.tr("Inlet/s"), lambda line: line.flow.inlet_now, rate, inlet),
            ("export_now", self.tr("Export/s"), lambda line: line.flow.export_now, rate, export),
            ("inlet", self.tr("Inlet"), lambda line: line.flow.inlet, amount, inlet),
            ("export", self.tr("Export"), lambda line: line.flow.export, amount, export),
            ("today", self.tr("Today"), lambda line: line.flow.today, amount, both),
        ]
        return [
            numeric(
                name, title, value, text, width=96 if text is rate else 88, tip=tip, shown=name != "today"
            )
            for name, title, value, text, tip in numbers
        ]

    def _connections(self) -> Column[Line]:
        return Column(
            name="connections",
            title=self.tr("Connections"),
            value=lambda line: line.flow.connections,
            text=lambda line: str(line.flow.connections or DASH),
            right=True,
            width=104,
            shown=False,
        )

    def _quota(self, width: int) -> Column[Line]:
        return Column(
            name="quota",
            title=self.tr("Quota"),
            value=lambda line: line.flow.share,
            text=self._quota_text,
            width=width,
        )


def _by_agent(line: Line) -> bool:
    return isinstance(line.owner, Tunnel | Host) and line.owner.via is Via.AGENT


def _of(agent: AgentRow | None, fact: str) -> str:
    return (getattr(agent, fact) or DASH) if agent is not None else DASH


def ports_of(line: Line) -> tuple[int, ...]:
    """The ports of a tunnel."""
    return line.owner.ports if isinstance(line.owner, Tunnel) else ()


def targets_of(line: Line) -> str:
    """The targets of a tunnel or host, in words."""
    return ", ".join(map(str, line.owner.targets)) if isinstance(line.owner, Tunnel | Host) else ""


def host_of(line: Line) -> str:
    """The name that a host answers for."""
    return line.owner.host if isinstance(line.owner, Host) else ""


def location_of(line: Line) -> str:
    """The location that a host answers for."""
    return line.owner.location if isinstance(line.owner, Host) else ""


def rule_of(line: Line) -> str:
    """What a host answers for: its name, and its location where that is not all."""
    location = location_of(line)
    return host_of(line) + ("" if location == "/" else location)


def scheme_of(line: Line) -> str:
    """The schemes that a host answers for."""
    if not isinstance(line.owner, Host):
        return ""
    return "HTTP(S)" if line.owner.scheme is Scheme.ALL else line.owner.scheme.upper()


def place_of(line: Line) -> str:
    """Where visitors come to: the ports of a tunnel, the name and location of a host."""
    ports = ports_of(line)
    return (format_ports(ports) if ports else rule_of(line)) or DASH
