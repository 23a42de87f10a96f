"""The text of ``config/app.toml``: every default of the installed packages, each with what it does."""

from __future__ import annotations

from arlen_config import Sections, render_defaults
from arlen_data import DatabaseSettings
from arlen_mvc import application_sections
from arlen_propane import PropaneAccessories
from arlen_services import AttachmentSettings, CacheSettings, JobSettings, MailSettings


def sections() -> Sections:
    """The tables, with the dataclasses that own their keys."""
    return {
        **application_sections(),
        "database": (DatabaseSettings,),
        "cache": (CacheSettings,),
        "jobs": (JobSettings,),
        "mail": (MailSettings,),
        "attachments": (AttachmentSettings,),
        "propane_accessories": (PropaneAccessories,),
    }


def default_configuration() -> str:
    return render_defaults(sections())
