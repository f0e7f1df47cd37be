"""Tickets of target graphs: what to search, how accurately, and the search."""

from slth_verify.construction.graphs.plan import GraphPlan, StagePlan, plan_graph
from slth_verify.construction.graphs.prune import prune_graph

__all__ = ["GraphPlan", "StagePlan", "plan_graph", "prune_graph"]
