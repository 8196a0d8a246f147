"""What all tests share: this folder on the path (helper modules lie here), and hypothesis without chance or clock."""

from __future__ import annotations

import os

# the processes of -n share the cores: threads of linear algebra on small matrices only stand in each other's way
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from hypothesis import HealthCheck, Phase, settings  # noqa: E402

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
