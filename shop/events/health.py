"""How the machinery behind the shop is doing: timers, outbox, broker."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from shop.events.delivery import count_undelivered
from shop.events.models import Heartbeat
from shop.events.sweeping import SWEEP_HEARTBEAT


@dataclass(frozen=True)
class Health:
    """`last_sweep_at` is when the timers last finished a round; `undelivered` is counted up to 10,001."""

    last_sweep_at: datetime | None
    undelivered: int
    is_broker_up: bool


def get_health() -> Health:
    """Two queries and a ping of at most 0.3 s. Raises DatabaseError while the database is away."""
    return Health(get_last_sweep_at(), count_undelivered(), is_broker_up())


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
