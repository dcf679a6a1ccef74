"""What a delivery holds: GeoPackage, workbook, record and review pages."""
