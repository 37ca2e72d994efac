"""Tells of alerts: as a notification of the desktop, by the tray, or else in the window's own bar."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from npsgui.app.front import Front
from npsgui.app.notifications import DEFAULT, Notifications
from npsgui.app.settings import Settings
from npsgui.model.alerts import Alert, AlertKind
from npsgui.model.errors import NpsError
from npsgui.model.events import AlertsRaised, Event
from npsgui.tasks import spawn
from npsgui.ui.notices import NoticeBar
from npsgui.ui.sentences import Sentences
from npsgui.ui.tray import Tray

NAMED = 3
"""How many alerts of one second are told in full."""

SNOOZE = "snooze"


class AlertTeller(QObject):
    """Hears the program's events while its window lives."""

    open_asked = Signal(object)
    """The OwnerKey of whom the user wants to see."""

    def __init__(
        self,
        program: Front,
        settings: Settings,
        notifications: Notifications,
        tray: Tray,
        notices: NoticeBar,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._program, self._settings = program, settings
        self._notifications, self._tray, self._notices = notifications, tray, notices
        self._sentences = Sentences(self)
        self._unsubscribe = program.events.subscribe(self._on_event)

    def close(self) -> None:
        """Tell nothing more."""
        self._unsubscribe()
        self._notifications.close()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, AlertsRaised):
            spawn(self._tell(event.alerts), "alert")

    async def _tell(self, alerts: tuple[Alert, ...]) -> None:
        title, text = self._words(alerts)

        def take(action: str) -> None:
            if action == SNOOZE:
                spawn(self._snooze(alerts), "snooze")
            elif action == DEFAULT:
                self.open_asked.emit(alerts[0].owner)

        if self._settings.is_on("desktop_notifications"):
            actions = {DEFAULT: self.tr("Open"), SNOOZE: self.tr("Snooze")}
            if await self._notifications.tell(title, text, actions, take):
                return
            if self._tray.tell(title, text, lambda: take(DEFAULT)):
                return
        # of agents that went the bar tells anyway, until they are back
        alerts = tuple(alert for alert in alerts if alert.kind is not AlertKind.AGENT_OFFLINE)
        if alerts:
            _, text = self._words(alerts)
            self._notices.tell(text.replace("\n", " "), self.tr("Snooze"), lambda: take(SNOOZE))

    def _words(self, alerts: tuple[Alert, ...]) -> tuple[str, str]:
        lines = [self._sentences.of(alert.sentence()) for alert in alerts[:NAMED]]
        if len(alerts) == 1:
            return self._sentences.of(alerts[0].title()), lines[0]
        if len(alerts) > NAMED:
            lines.append(self.tr("And {count} more.").format(count=len(alerts) - NAMED))
        return self.tr("{count} alerts").format(count=len(alerts)), "\n".join(lines)

    async def _snooze(self, alerts: tuple[Alert, ...]) -> None:
        minutes = self._settings.number("alert_snooze_minutes")
        try:
            for alert in alerts:
                await self._program.alerts.snooze(alert.kind, alert.owner, minutes)
        except NpsError as error:
            self._notices.tell(self._sentences.of(error))
