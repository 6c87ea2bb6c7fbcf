"""The event loop that work on databases runs on, and how long it is there."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy.util.concurrency import await_only, in_greenlet

T = TypeVar("T")
Start = Callable[[], Coroutine[Any, Any, T]]


class Session:
    """One event loop for all that is done in it. In between nothing runs on it, so that others may run their own.

    Attributes:
        at_end: what to do on the loop before it closes.
    """

    def __init__(self, at_end: Start[None]) -> None:
        self.at_end = at_end
        self._runner: asyncio.Runner | None = None

    def run(self, start: Start[T]) -> T:
        """Return the coroutine's result; when it is stopped, the loop and what still waits on it goes with it."""
        if self._runner is None:
            # With a factory of its own it does not become the loop that others find when they ask for the current one.
            self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        try:
            return self._runner.run(start())
        except Exception:
            raise
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the loop; another use makes a new one."""
        runner, self._runner = self._runner, None
        if runner is not None:
            with runner, contextlib.suppress(Exception):  # connections whose server is gone
                runner.run(self._end())

    async def _end(self) -> None:
        """Stop what was interrupted, and would else go on now that its loop runs again."""
        waiting = asyncio.all_tasks() - {asyncio.current_task()}
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await self.at_end()


class _Thread(threading.local):
    """What each thread has of its own.

    Attributes:
        task: what runs on the loop.
        is_closing: whether what runs must come to its end.
        is_interrupted: whether Ctrl-C was pressed, and nobody was told yet.
    """

    session: Session | None = None
    task: "asyncio.Task[Any] | None" = None
    is_closing = False
    is_interrupted = False


_THREAD = _Thread()


@contextmanager
def session(at_end: Start[None]) -> Iterator[None]:
    """Have all that this thread does within it share an event loop, and what belongs to one; the outermost counts."""
    if is_session():
        yield
        return
    _THREAD.session = made = Session(at_end)
    try:
        yield
    finally:
        _THREAD.session = None
        made.close()


def is_session() -> bool:
    """Return whether this is within a session; in a thread of its own nothing is."""
    return _THREAD.session is not None


def run(start: Start[T]) -> T:
    """Return the coroutine's result: on the loop that this code was started from, on a new one, or in a thread."""
    if in_greenlet():
        return await_only(_told(start))
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        with _interruptible():
            shared = _THREAD.session
            return asyncio.run(_main(start)) if shared is None else shared.run(lambda: _main(start))
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(lambda: asyncio.run(start())).result()


async def _main(start: Start[T]) -> T:
    _THREAD.task = asyncio.current_task()
    try:
        return await _told(start)
    finally:
        _THREAD.task = None


async def _told(start: Start[T]) -> T:
    """Return the coroutine's result, or raise KeyboardInterrupt when Ctrl-C has cancelled it."""
    try:
        result = await start()
    except asyncio.CancelledError:
        _tell()
        raise
    _tell()
    return result


def _tell() -> None:
    if _THREAD.is_interrupted:
        _THREAD.is_interrupted = False
        raise KeyboardInterrupt from None


def cancellations() -> int:
    """Return how often what runs was asked to stop."""
    task = asyncio.current_task()
    return task.cancelling() if task is not None else 0


@contextmanager
def undisturbed() -> Iterator[None]:
    """Have Ctrl-C wait for something short, such as closing a connection."""
    _THREAD.is_closing = True
    try:
        yield
    finally:
        _THREAD.is_closing = False
    _tell()


@contextmanager
def _interruptible() -> Iterator[None]:
    """Have Ctrl-C stop work that computes or sleeps, too.

    asyncio replaces Python's handler, and no other, by one that cancels what waits for the loop: a revision that is
    busy by itself would go on to its end. https://docs.python.org/3/library/asyncio-runner.html#handling-keyboard-interruption
    """
    _THREAD.is_interrupted = False
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _interrupt(_number: int, _frame: object) -> None:
    """Stop work at once, and what waits for a database by cancelling it.

    An exception in the midst of a driver would leave its connection in a state from which asyncpg crashes. A second
    Ctrl-C is one, as that of asyncio is.
    """
    if _THREAD.is_closing and not _THREAD.is_interrupted:
        _THREAD.is_interrupted = True
        return
    task = _THREAD.task
    if in_greenlet() or task is None or task.done() or _THREAD.is_interrupted:
        _THREAD.is_interrupted = False
        raise KeyboardInterrupt
    _THREAD.is_interrupted = True
    task.cancel()
    task.get_loop().call_soon_threadsafe(lambda: None)  # so that it wakes up
