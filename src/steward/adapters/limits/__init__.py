"""Where rate limits are counted: in Redis when it is configured, else in the memory of this process."""

from __future__ import annotations

from steward.adapters.limits.fallback import FallbackCounters
from steward.adapters.limits.memory import MemoryCounters
from steward.ports.limits import Counters
from steward.settings import Settings, SettingsWrong

__all__ = ["make_counters"]


def make_counters(settings: Settings) -> Counters:
    """Return the counters that the settings ask for; nothing is connected yet.

    Raises:
        SettingsWrong: the address cannot be used, or the package ``redis`` is not installed.
    """
    url = settings.redis_url.get_secret_value()
    if not url:
        return MemoryCounters()
    try:
        from steward.adapters.limits.redis import RedisCounters  # loaded late: an optional package
    except ModuleNotFoundError:
        raise SettingsWrong("STEWARD_REDIS_URL needs the package redis: pip install 'steward[redis]'.") from None
    try:
        return FallbackCounters(RedisCounters(url), MemoryCounters())
    except ValueError as wrong:
        raise SettingsWrong(f"STEWARD_REDIS_URL: {wrong}.") from None
