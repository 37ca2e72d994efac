"""The event loop: Qt waits, asyncio turns.

Stock qasync gives every ``call_soon`` and every ready socket a Qt object of its own. Here asyncio keeps its
own half, selector, heap and all, and Qt only decides when to turn it. Source: design.md section 2.
"""

from __future__ import annotations

import asyncio
import math
import selectors
import signal
from collections.abc import Callable
from contextvars import Context
from typing import Any

import qasync
from PySide6.QtCore import QCoreApplication, QSocketNotifier, Qt, QTimer

TURN_SECONDS = 0.004
"""How long asyncio may keep Qt from painting."""

LONGEST_WAIT = 3_600_000
"""Milliseconds; QTimer counts them in 31 bits."""

_READABLE = ~4
_WRITABLE = ~1
"""All of epoll's events but EPOLLOUT, all but EPOLLIN: that something is wrong, who reads and who writes are
told. Numbers, for other systems have no such names."""

_own = asyncio.SelectorEventLoop


class _Polled(selectors.DefaultSelector):
    """asyncio's selector, which does not wait, for Qt does.

    It gives the handles that are to be called, and not what asyncio finds them by: a key, looked up, made a
    tuple and taken apart for each. Measured: an eighth of what Python takes for a chunk of a relay.
    """

    waits = False
    """Whether it waits after all."""
    met = False
    """Whether the last look found anything ready."""

    def select(self, timeout: float | None = None) -> list[asyncio.Handle]:  # type: ignore[override]
        keys = self._fd_to_key  # type: ignore[attr-defined]
        ready: list[asyncio.Handle] = []
        for fd, event in self._selector.poll(timeout if self.waits else 0, len(keys) or 1):  # type: ignore[attr-defined]
            reader, writer = keys[fd].data if fd in keys else (None, None)
            if reader is not None and event & _READABLE:
                ready.append(reader)
            if writer is not None and event & _WRITABLE:
                ready.append(writer)
        self.met = bool(ready)
        return ready


class QtLoop(qasync.QEventLoop):  # type: ignore[misc]  # qasync has no types
    """asyncio's selector loop, turned by Qt. For platforms with epoll.

    ``run_forever`` and all else that qasync replaces is asyncio's own again; its ``_run_once`` runs Qt's
    loop, and a turn is asyncio's ``_run_once``. When Qt ends of itself, because its display is gone, asyncio
    goes on alone, so that all can be closed: ``aboutToQuit`` tells of it.
    """

    run_forever = _own.run_forever
    run_until_complete = _own.run_until_complete
    is_running = _own.is_running
    call_later = _own.call_later
    call_soon_threadsafe = _own.call_soon_threadsafe
    time = _own.time
    run_in_executor = _own.run_in_executor
    set_default_executor = _own.set_default_executor
    set_exception_handler = _own.set_exception_handler
    default_exception_handler = _own.default_exception_handler
    call_exception_handler = _own.call_exception_handler
    get_debug = _own.get_debug
    set_debug = _own.set_debug
    _add_callback = _own._add_callback  # type: ignore[attr-defined]
    _add_reader = _own._add_reader  # type: ignore[attr-defined]
    _add_writer = _own._add_writer  # type: ignore[attr-defined]
    _remove_reader = _own._remove_reader  # type: ignore[attr-defined]
    _remove_writer = _own._remove_writer  # type: ignore[attr-defined]

    def __init__(self, app: QCoreApplication) -> None:
        self._turning = False
        self._raised: BaseException | None = None
        self._app = app
        self._timer = QTimer(singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._turn)
        selector = _Polled()
        self._notifier = QSocketNotifier(selector.fileno(), QSocketNotifier.Type.Read)
        self._notifier.setEnabled(False)
        self._notifier.activated.connect(self._turn)
        _own.__init__(self, selector)

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Context | None = None) -> Any:
        """As asyncio's; called from a Qt slot it wakes the loop, too."""
        handle = _own.call_soon(self, callback, *args, context=context)
        if not self._turning:
            self._arm()
        return handle

    def call_at(
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> Any:
        """As asyncio's; called from a Qt slot it wakes the loop, too."""
        handle = _own.call_at(self, when, callback, *args, context=context)
        if not self._turning:
            self._arm()
        return handle

    def stop(self) -> None:
        """End ``run_forever`` after this turn."""
        _own.stop(self)
        if not self._turning:
            self._arm()

    def close(self) -> None:
        """Release everything; the loop cannot run again. Raises RuntimeError: while it runs, and goes on."""
        _own.close(self)
        self._timer.stop()

    @property
    def alone(self) -> bool:
        """Whether Qt has ended of itself."""
        return bool(self._selector.waits)

    def _run_once(self) -> None:
        """What asyncio's ``run_forever`` calls until ``stop``: hand the thread to Qt."""
        if self.alone:
            _own._run_once(self)  # type: ignore[attr-defined]
            return
        # Qt sleeps through signals. This wakes it, so that Python runs their handlers: Ctrl+C under a Runner.
        signal.set_wakeup_fd(self._csock.fileno())
        self._notifier.setEnabled(True)
        self._arm()
        try:
            self._app.exec()
        finally:
            self._rest()
            if not self._signal_handlers:
                signal.set_wakeup_fd(-1)
        raised, self._raised = self._raised, None
        if raised is not None:
            raise raised
        if not self._stopping:
            self._turning = self._selector.waits = True

    def _turn(self) -> None:
        """Turn asyncio until nothing is ready, or Qt is due."""
        if self._turning:
            # A Qt loop nested in a callback. asyncio cannot be entered twice: it stands still meanwhile.
            self._notifier.setEnabled(False)
            return
        if not self.is_running():
            return
        self._turning = True
        try:
            self._turn_until(self.time() + TURN_SECONDS)
        except BaseException as error:  # noqa: BLE001
            # KeyboardInterrupt and SystemExit: Qt would swallow them, run_forever raises them.
            self._raised = error
        finally:
            self._turning = False
        if self._stopping or self._raised is not None:
            self._rest()
            self._app.exit()
        else:
            self._notifier.setEnabled(True)
            self._arm()

    def _turn_until(self, end: float) -> None:
        busy = True
        while busy:
            _own._run_once(self)  # type: ignore[attr-defined]
            busy = (self._ready or self._selector.met) and not self._stopping and self.time() < end

    def _process_events(self, ready: list[Any]) -> None:
        """Call whose sockets are ready: here and now, and not each in a context of its own.

        Measured: queue and contexts were an eighth of what Python takes for a chunk of a relay. No reader or
        writer of asyncio's looks at its context. They queue behind what is queued already: it may be there to
        take a reader away (``transports.hold``).
        """
        if self._ready:
            self._ready.extend(handle for handle in ready if not handle._cancelled)
            return
        for handle in ready:
            if handle._cancelled:
                continue
            try:
                handle._callback(*handle._args)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # noqa: BLE001  # as in asyncio's Handle
                told = {"message": f"Exception in {handle!r}", "exception": error, "handle": handle}
                self.call_exception_handler(told)

    def _rest(self) -> None:
        """Let nothing turn asyncio until ``run_forever`` is called again."""
        self._notifier.setEnabled(False)
        self._timer.stop()

    def _arm(self) -> None:
        """Let the timer wake the loop when its next callback is due; sockets wake it through the notifier."""
        if self._ready or self._stopping:
            self._timer.start(0)
        elif self._scheduled:
            wait = (self._scheduled[0].when() - self.time()) * 1000
            self._timer.start(math.ceil(min(max(wait, 0), LONGEST_WAIT)))
        else:
            self._timer.stop()


def new_event_loop(app: QCoreApplication) -> asyncio.AbstractEventLoop:
    """The loop for ``app``: ours where there is epoll, stock qasync elsewhere (unverified)."""
    if hasattr(selectors, "EpollSelector"):
        return QtLoop(app)
    loop: asyncio.AbstractEventLoop = qasync.QEventLoop(app)
    return loop
