"""A PostgreSQL server as kloof opens it: it may restart, hang, hand over to another, or stand behind a pooler.

Nothing rests on a session: behind PgBouncer each transaction may have another. So no statement is kept prepared, and
locks and time-outs belong to a transaction.
"""

import math
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode

from peewee import (  # type: ignore[attr-defined]  # its types leave the wrapper out
    InterfaceError,
    OperationalError,
    PostgresqlDatabase,
    __exception_wrapper__,
)

from kloof.storage.of_this_request import Timed

if TYPE_CHECKING:
    from kloof.storage.servers.bounded import Bounded

CONNECTING: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
        "prepare_threshold": None,
    }
)
"""Seconds to connect, and until a connection that leads nowhere any more counts as cut (milliseconds the last); an
address may say otherwise.
"""
WAITING: Final[Mapping[str, float]] = MappingProxyType(
    {"answer_timeout": 10.0, "work_timeout": 600.0, "lock_timeout": 60.0, "idle_timeout": 300.0}
)
"""Seconds for one statement of a page, and of a command or worker; for a lock; and for the server until it takes back
a transaction in which nothing happens. An address may say otherwise; 0 is for ever.
"""
LONG_LIST: Final = 20
"""Values of a statement from which on its plan is not kept."""
PROVEN: Final = 30.0
"""Seconds without use after which a connection is asked whether it still leads anywhere."""
PROOF: Final = 3.0
"""Seconds for its answer."""
PAUSE: Final = 0.2
"""Seconds until a lock that somebody else holds is asked for again."""
SPARED: Final = 2.0
"""Seconds in which a server that did not answer is asked by nobody; after them by one thread at a time."""


def options_of(url: str) -> dict[str, Any]:
    """What PostgresqlServer takes for this address, which may name several hosts; raises ValueError with what is
    wrong in it.
    """
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    place, _, query = url.partition("?")
    asked = parse_qsl(query, keep_blank_values=True)
    ours = {name: value for name, value in asked if name in WAITING or name == "prepare_threshold"}
    rest = f"{place}?{urlencode([one for one in asked if one[0] not in ours])}"
    try:
        given: dict[str, Any] = dict(conninfo_to_dict(rest))
    except (ProgrammingError, UnicodeError) as error:
        # Behind its first quotation mark stands what was read, and that may be a password.
        raise ValueError(str(error).partition('"')[0].strip(" :\n")) from None
    if any(not port.isdecimal() for port in given.get("port", "").split(",") if port):
        raise ValueError("a port is a number")
    name = given.pop("dbname", "")
    waiting = {key: _seconds(key, ours[key]) if key in ours else usual for key, usual in WAITING.items()}
    if (kept := ours.get("prepare_threshold", "null")) not in {"null", "none"}:
        given["prepare_threshold"] = int(_seconds("prepare_threshold", kept))
    return {**CONNECTING, **given, "database": name, "waiting": waiting}


def _seconds(name: str, value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < math.inf:
        raise ValueError(f"{name} is a number, 0 or more, and not {value!r}")
    return seconds


class PostgresqlServer(Timed, PostgresqlDatabase):
    """A server. A connection that was cut while nothing was under way is replaced without a word."""

    _state: Any

    def __init__(self, *, waiting: Mapping[str, float] = WAITING, **options: Any) -> None:
        self._sent = threading.local()
        self._waiting = waiting
        self._patience = waiting["work_timeout"]
        self._silence = _Silence()
        super().__init__(**options)

    def serve_pages(self) -> None:
        """From now on a statement has as long as a page may wait; before, as long as work may."""
        self._patience = self._waiting["answer_timeout"]

    @contextmanager
    def unhurried(self) -> Iterator[None]:
        """The statements of this thread's connection may take as long as they need: an index of a large table."""
        connection: Bounded = self.connection()  # type: ignore[no-untyped-call]  # the stubs leave it out
        before, connection.patience = connection.patience, 0.0
        self._sent.unhurried = True
        try:
            yield
        finally:
            connection.patience, self._sent.unhurried = before, False

    def _connect(self) -> Any:
        from kloof.storage.servers.bounded import opened

        with self._silence.broken():
            try:
                connection = opened(self._patience, **self.connect_params, dbname=self.database)
            except UnicodeError as error:
                raise OperationalError(f"no host can have this name ({error})") from None
        self._sent.proven_at = time.monotonic()
        return connection

    def execute_sql(self, sql: str, params: Any = None) -> Any:
        """Run one statement. One with a long list is planned anew each time: a plan that was kept while a table was
        small reads all of it when it has grown.
        """
        if not params or len(params) <= LONG_LIST:
            return super().execute_sql(sql, params)
        connection = self.connection()  # type: ignore[no-untyped-call]
        kept, connection.prepare_threshold = connection.prepare_threshold, None
        try:
            return super().execute_sql(sql, params)
        finally:
            connection.prepare_threshold = kept

    def is_lost(self) -> bool:
        """Whether this thread's connection is known to be cut."""
        return not self._state.closed and self._state.conn.closed

    def look(self) -> None:
        """Notice now, between two transactions, what became of this thread's connection meanwhile.

        A server that stopped has said so, and to see that costs no question. Only after a while without use there is
        one: on the way there may be who forgets connections. Raises OperationalError where it goes unanswered.
        """
        if self._state.closed or self._state.conn.closed:
            return
        connection: Bounded = self._state.conn
        connection.take_in()
        now = time.monotonic()
        idle, self._sent.proven_at = now - getattr(self._sent, "proven_at", now), now
        if not connection.closed and (idle > PROVEN or self._silence.lasts):
            with self._silence.broken(), __exception_wrapper__:
                connection.prove(PROOF)

    def note_silence(self, error: BaseException) -> None:
        """Where the server did not answer in time, nobody asks for a moment."""
        if self.took_too_long(error):
            self._silence.begin()

    def took_too_long(self, error: BaseException) -> bool:
        """Whether this is what a statement raises that had no answer in time."""
        from kloof.storage.servers.bounded import NoAnswerError

        return isinstance(getattr(error, "orig", None), NoAnswerError)

    @contextmanager
    def alone_in(self, number: int, *, shared: bool = False) -> Iterator[None]:
        """Wait for the lock of this number, and hold it meanwhile by a transaction over a connection of its own.

        It is given up where that connection is cut, whatever happens to others. shared: others may hold it too who ask
        for no more than that.
        """
        from kloof.storage.servers.bounded import opened

        lock = f"pg_try_advisory_xact_lock{'_shared' if shared else ''}({int(number)})"
        with __exception_wrapper__, closing(opened(0.0, **self.connect_params, dbname=self.database)) as own:
            own.execute(
                "BEGIN; SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
            )
            # To wait in the statement would be to hold a snapshot, for which an index that is built waits in its turn;
            # and one with values is held until the next.
            while not own.execute(f"SELECT 1 AS held WHERE {lock}").rowcount:
                time.sleep(PAUSE)
            yield

    def begin(self, isolation_level: str | None = None) -> None:
        self._sent.unsure = False
        try:
            self._begin(isolation_level)
        except (OperationalError, InterfaceError) as error:
            if not self.is_lost() or self.took_too_long(error):
                raise
            self.close()
            self._begin(isolation_level)

    def _begin(self, isolation_level: str | None) -> None:
        """With the time-outs, which a pooler would lose between transactions, in one question."""
        level = f" ISOLATION LEVEL {isolation_level}" if isolation_level else ""
        unhurried = getattr(self._sent, "unhurried", False)
        lock = 0 if unhurried else int(self._waiting["lock_timeout"] * 1000)
        idle = int(self._waiting["idle_timeout"] * 1000)
        statement = f"BEGIN{level}; SET LOCAL lock_timeout = {lock}; "
        with __exception_wrapper__:
            cursor = self.cursor()  # type: ignore[no-untyped-call]  # the stubs leave it out
            cursor.execute(f"{statement}SET LOCAL idle_in_transaction_session_timeout = {idle}")

    def commit(self) -> None:
        self._sent.commits = self.commits() + 1
        self._sent.unsure = True
        super().commit()
        self._sent.unsure = False

    def commits(self) -> int:
        """How many commits this thread has sent; of the last one it may not know whether it arrived."""
        return getattr(self._sent, "commits", 0)

    def is_unsure(self) -> bool:
        """Whether of the last commit of this thread it is not known that it arrived."""
        return getattr(self._sent, "unsure", False)

    def rollback(self) -> None:
        # What is cut has rolled back by itself.
        if not self.is_lost():
            super().rollback()


class _Silence:
    """While a server does not answer, one thread at a time asks it, and the others are told at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ask_at: float | None = None

    @property
    def lasts(self) -> bool:
        return self._ask_at is not None

    def begin(self) -> None:
        self._ask_at = time.monotonic() + SPARED

    @contextmanager
    def broken(self) -> Iterator[None]:
        """Around a question. Raises OperationalError at once where the server just left one unanswered."""
        with self._lock:
            now = time.monotonic()
            if self._ask_at is not None and now < self._ask_at:
                raise OperationalError("it left others without an answer a moment ago")
            if self._ask_at is not None:
                self._ask_at = now + CONNECTING["connect_timeout"] + SPARED
        began = time.monotonic()
        try:
            yield
        except Exception:
            # Who is refused at once may ask again at once: a server that starts says so too.
            if time.monotonic() - began > 1.0:
                self.begin()
            raise
        self._ask_at = None
