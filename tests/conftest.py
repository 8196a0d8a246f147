"""What all tests share: this folder on the path (helper modules lie here), and hypothesis without chance or clock."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "fixed",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],  # shrinking a failure that takes seconds a call takes minutes
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("fixed")
