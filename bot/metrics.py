"""What is counted while the bot runs, for `GET /metrics`: numbers of things, never anything about anybody.

Every process counts for itself and from nought; whoever reads the numbers adds them up.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

registry = CollectorRegistry()

turns = Counter(
    "tomoshibi_turns", "Turns, by what became of them and by grade.", ["outcome", "risk"], registry=registry
)
seconds = Histogram(
    "tomoshibi_turn_seconds",
    "From the arrival of an event to the commit of its turn.",
    # LINE waits for two seconds; after 0.7 the bot answers from memory.
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.7, 1, 2, 5, 10),
    registry=registry,
)
sends = Counter(
    "tomoshibi_sends",
    "Tries to deliver, by how they ended.",
    ["platform", "way", "outcome"],
    registry=registry,
)
dropped = Counter(
    "tomoshibi_dropped", "Replies that were given up.", ["platform", "kind", "risk"], registry=registry
)
redeliveries = Counter("tomoshibi_redeliveries", "Events that LINE delivered again.", registry=registry)
failed_commits = Counter("tomoshibi_commit_failures", "Transactions that failed.", registry=registry)
slow_commits = Counter("tomoshibi_commit_slow", "Transactions that outlasted patience.", registry=registry)
waiting = Gauge("tomoshibi_outbox_parcels", "Replies that are due and not yet delivered.", registry=registry)
oldest = Gauge(
    "tomoshibi_outbox_oldest_seconds", "For how long the oldest of them has been due.", registry=registry
)
