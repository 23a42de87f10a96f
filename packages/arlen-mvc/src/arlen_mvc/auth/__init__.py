"""Who is asking, and whether they may: schemes that identify a caller, and what a route requires of one."""
