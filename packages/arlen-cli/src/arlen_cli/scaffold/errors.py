"""Why an application cannot be created."""

from arlen_cli.errors import ArlenCLIError


class ScaffoldError(ArlenCLIError):
    """The application was not created, and nothing was written: ``scaffold_failed`` or ``invalid_app_name``."""
