"""The private servers of the fault tests do what their names say."""

import os
from collections.abc import Iterator

import psycopg
import pytest
import redis

from harness.servers import PrivatePostgres, PrivateRedis
from shop.demo.supervisor.shop import is_listening

pytestmark = pytest.mark.fault


@pytest.fixture(scope="module")
def postgres() -> Iterator[PrivatePostgres]:
    with PrivatePostgres() as server:
        yield server


def test_postgres_has_a_utf8_database_whose_ctype_knows_chinese(postgres: PrivatePostgres) -> None:
    with postgres.connect() as connection:
        query = "SELECT pg_encoding_to_char(encoding), datctype FROM pg_database WHERE datname = 'shop'"
        row = connection.execute(query).fetchone()
    assert row == ("UTF8", "C.UTF-8")


def test_postgres_never_runs_as_root(postgres: PrivatePostgres) -> None:
    assert os.stat(f"/proc/{postgres.pid}").st_uid != 0


def test_committed_rows_survive_a_killed_postgres(postgres: PrivatePostgres) -> None:
    with postgres.connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        postgres.kill()
        assert not is_listening(postgres.port)
        postgres.start()
    with postgres.connect() as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)


def test_a_stopped_postgres_refuses_and_a_restarted_one_answers(postgres: PrivatePostgres) -> None:
    postgres.stop()
    with pytest.raises(psycopg.OperationalError):
        postgres.connect()
    postgres.start()
    postgres.restart()
    postgres.connect().close()


def test_a_frozen_postgres_hangs_until_thawed(postgres: PrivatePostgres) -> None:
    with postgres.frozen(), pytest.raises(psycopg.OperationalError):
        postgres.connect()
    postgres.connect().close()


def test_redis_keeps_its_data_when_killed(private_redis: PrivateRedis) -> None:
    private_redis.client().set("kept", "7")
    private_redis.kill()
    with pytest.raises(redis.ConnectionError):
        private_redis.client().ping()
    private_redis.start()
    assert private_redis.client().get("kept") == b"7"


def test_a_frozen_redis_times_out_until_thawed(private_redis: PrivateRedis) -> None:
    with private_redis.frozen(), pytest.raises(redis.TimeoutError):
        private_redis.client().ping()
    assert private_redis.client().ping()


def test_nothing_is_left_of_a_removed_server() -> None:
    server = PrivateRedis()
    server.start()
    server.remove()
    assert not server.directory.exists()
    assert not is_listening(server.port)
