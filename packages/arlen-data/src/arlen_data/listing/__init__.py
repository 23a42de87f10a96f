"""List pages: filters, orders and pages as statements, without I/O."""
