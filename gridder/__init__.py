"""gridder divides urban communities (社区) into lawful, contiguous, seamless grids (网格).

The flow is one line: read → check → atoms → cells → adjacency → partition → boundaries → staffing → outputs.
"""

__version__ = "0.1.0"
