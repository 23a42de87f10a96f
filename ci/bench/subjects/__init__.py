"""The programs under measurement. Each serves the scenarios in its framework's fastest idiomatic form."""
