"""gridder divides urban communities (社区) into lawful, contiguous, seamless grids (网格).

The flow is one line: read → check → atoms → cells → adjacency → partition → boundaries → staffing → outputs.

For people who script: ``gridder.partition_graph`` takes any networkx graph, ``gridder.regionalize`` any GeoDataFrame of
polygons; both are the engine of the command line.
"""

from typing import Any

__version__ = "0.1.0"
__all__ = ["partition_graph", "regionalize"]


def __getattr__(name: str) -> Any:
    """Give the two functions of the package when they are asked for: importing gridder stays light."""
    if name == "partition_graph":
        from gridder.partition.graph import partition_graph

        return partition_graph
    if name == "regionalize":
        from gridder.regions import regionalize

        return regionalize
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
