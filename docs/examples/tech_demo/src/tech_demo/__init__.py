"""The Arlen technology demo: one small application, one page per idea."""
