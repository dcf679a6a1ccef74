"""staffing.xlsx of a delivery."""

from gridder.outputs.workbook.write import write_workbook

__all__ = ["write_workbook"]
