"""A GeoPackage notes when it was changed: a fixed date, so that the same layers are the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyogrio

DATE_OPTION, DATE = "OGR_CURRENT_DATE", "2020-05-06T00:00:00Z"


@contextmanager
def fixed_date() -> Iterator[None]:
    """Let GDAL write a fixed date as the time of the last change."""
    before = pyogrio.get_gdal_config_option(DATE_OPTION)
    pyogrio.set_gdal_config_options({DATE_OPTION: DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({DATE_OPTION: before})
