"""All pages of assessments, for the application to take in."""

from __future__ import annotations

from reviewer.selfassessment import (
    attaching_views,
    comparison_views,
    plan_views,
    sharing_views,
    views,
)

BLUEPRINTS = tuple(
    module.pages for module in (views, attaching_views, sharing_views, plan_views, comparison_views)
)
NAMES = tuple(pages.name for pages in BLUEPRINTS)
