"""Mail: messages as plain values, and adapters that keep, write or send them.

`SmtpMailer` needs the extra ``smtp`` and is imported from `arlen_services.mail.smtp`; `DkimSigner` needs ``dkim`` and
is in `arlen_services.mail.dkim`.
"""

from .delivery import MailDelivery
from .file import FileMailer
from .later import deliver_later, mail_task
from .mailer import Mailer
from .memory import MemoryMailer
from .message import MailMessage
from .mime import compose, new_message_id, to_bytes
from .opening import open_mailer
from .part import MailAttachment, MailCalendar
from .redirecting import AllowListMailer, RedirectingMailer
from .rendering import render_message
from .retrying import RetryingMailer
from .several import FallbackMailer, RoundRobinMailer
from .smtp_settings import SmtpSettings
from .validation import validate
from .viewer import MailViewer

__all__ = [
    "AllowListMailer",
    "FallbackMailer",
    "FileMailer",
    "MailAttachment",
    "MailCalendar",
    "MailDelivery",
    "MailMessage",
    "MailViewer",
    "Mailer",
    "MemoryMailer",
    "RedirectingMailer",
    "RetryingMailer",
    "RoundRobinMailer",
    "SmtpSettings",
    "compose",
    "deliver_later",
    "mail_task",
    "new_message_id",
    "open_mailer",
    "render_message",
    "to_bytes",
    "validate",
]
