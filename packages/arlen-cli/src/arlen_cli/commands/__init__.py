"""The commands, one per module; each parses nothing itself and leaves the work to one package."""
