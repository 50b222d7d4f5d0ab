"""Charts from figures: each a drawing, a text alternative and a table. Nothing heavy is loaded before one is drawn."""

from reports.charts.completeness import Coverage, completeness_map
from reports.charts.funnel_plot import Area, funnel_plot
from reports.charts.panels import Panel, small_multiples
from reports.charts.picture import Picture, as_data_uri, as_png, inline
from reports.charts.points import Point, month
from reports.charts.run import run_chart
from reports.charts.stages import Stage, safeguarding_funnel
from reports.charts.stretches import Break
from reports.charts.waterfall import Reconciled, reconciliation_waterfall
from reports.charts.yields import Cohort, Yield, yield_curves

__all__ = [
    "Area",
    "Break",
    "Cohort",
    "Coverage",
    "Panel",
    "Picture",
    "Point",
    "Reconciled",
    "Stage",
    "Yield",
    "as_data_uri",
    "as_png",
    "completeness_map",
    "funnel_plot",
    "inline",
    "month",
    "reconciliation_waterfall",
    "run_chart",
    "safeguarding_funnel",
    "small_multiples",
    "yield_curves",
]
