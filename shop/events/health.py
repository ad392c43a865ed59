"""How the machinery behind the shop is doing: timers, outbox, broker, disk."""

import shutil
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from shop.events.dead_letters import count_dead_letters
from shop.events.delivery import count_undelivered
from shop.events.models import Heartbeat
from shop.events.sweeping import SWEEP_HEARTBEAT
from shop.queues import QUEUES

LOW_BYTES = 2 * 1024**3
LOW_SHARE = 0.1


@dataclass(frozen=True)
class Disk:
    """What is left for pictures, sheets and (where it is kept there) the database."""

    free_bytes: int
    total_bytes: int

    @property
    def is_low(self) -> bool:
        return self.free_bytes < max(LOW_BYTES, LOW_SHARE * self.total_bytes)


@dataclass(frozen=True)
class Health:
    """`last_sweep_at` is when the timers last finished a round; `undelivered` is counted up to 10,001.

    `disk` is None where it cannot be measured; `put_aside` is what failed too often and waits for a person.
    """

    last_sweep_at: datetime | None
    undelivered: int
    is_broker_up: bool
    disk: Disk | None = None
    put_aside: int = 0


def get_health() -> Health:
    """Four queries and a ping of at most 0.3 s. Raises DatabaseError while the database is away."""
    return Health(
        get_last_sweep_at(), count_undelivered(), is_broker_up(), measure_disk(), count_dead_letters()
    )


def get_last_sweep_at() -> datetime | None:
    beat = Heartbeat.objects.filter(name=SWEEP_HEARTBEAT).first()
    return beat.at if beat else None


def is_broker_up() -> bool:
    """Whether Redis answers; without it hints and tasks come late, and nothing is lost."""
    client = Redis.from_url(settings.REDIS_URL, socket_timeout=0.3, socket_connect_timeout=0.3)
    try:
        return bool(client.ping())
    except (RedisError, OSError):
        return False
    finally:
        client.close()


def count_waiting() -> dict[str, int] | None:
    """Tasks that wait in each queue, None while Redis does not answer. One that only grows has no worker."""
    client = Redis.from_url(settings.REDIS_URL, socket_timeout=0.3, socket_connect_timeout=0.3)
    try:
        return {queue: int(client.llen(queue)) for queue in QUEUES}
    except (RedisError, OSError):
        return None
    finally:
        client.close()


def measure_disk() -> Disk | None:
    """The disk of the data directory."""
    try:
        usage = shutil.disk_usage(settings.DATA_DIR)
    except OSError:
        return None
    return Disk(usage.free, usage.total)
