"""The fields of the limits of an owner, each with what is used of it now."""

from __future__ import annotations

from PySide6.QtCore import QObject

from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Everything, Owner
from npsgui.model.views import FlowRow
from npsgui.ui.field_rows import Field
from npsgui.ui.limit_hints import Measure, Use


class LimitFields(QObject):
    """Makes them, in the user's language."""

    def __init__(self, configuration: Configuration, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._configuration = configuration

    def of(self, row: FlowRow | None, owner: Owner) -> list[Field]:
        """The fields of the limits of ``owner``, with what ``row`` says is used of them."""
        counts = (
            ("both", self.tr("inlet + export")),
            ("inlet", self.tr("inlet only")),
            ("export", self.tr("export only")),
        )
        inlet, export = (row.inlet_now, row.export_now) if row else (0.0, 0.0)
        rate, most = Measure.RATE, Measure.CONNECTIONS
        sessions = "sessions" if isinstance(owner, Everything) else "connections"
        fields = [
            Field(
                "quota",
                self.tr("Quota"),
                tip=self.tr("Bytes in a period; at the last one connections are cut and new ones refused"),
                use=Use(Measure.BYTES, row.used if row else 0),
                beside=Field("quota_counts", self.tr("What the quota counts"), choices=counts),
            ),
            Field(
                "rate",
                self.tr("Shared rate"),
                tip=self.tr("Both directions together"),
                use=Use(rate, inlet + export),
            ),
            Field(
                "inlet_rate",
                self.tr("Inlet rate"),
                tip=self.tr("From visitors to targets"),
                use=Use(rate, inlet),
            ),
            Field(
                "export_rate",
                self.tr("Export rate"),
                tip=self.tr("From targets to visitors"),
                use=Use(rate, export),
            ),
            Field(
                sessions,
                self.tr("Connection limit"),
                tip=self.tr("How many visitors may be connected at once; more are refused"),
                use=Use(most, row.connections if row else 0),
            ),
        ]
        if isinstance(owner, Client):
            owned = len(self._configuration.owned_by(owner.id))
            tip = self.tr("How many tunnels and hosts it may have")
            fields.append(Field("tunnels", self.tr("Tunnels"), tip=tip, use=Use(Measure.TUNNELS, owned)))
        return fields
