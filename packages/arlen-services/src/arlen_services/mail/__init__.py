"""Mail: messages as plain values, and adapters that keep, write or send them.

`SmtpMailer` needs the extra ``smtp`` and is imported from `arlen_services.mail.smtp`; `DkimSigner` needs ``dkim`` and
is in `arlen_services.mail.dkim`.
"""

from .delivery import MailDelivery
from .file import FileMailer
from .mailer import Mailer
from .memory import MemoryMailer
from .message import MailMessage
from .mime import compose, new_message_id, to_bytes
from .part import MailAttachment, MailCalendar
from .smtp_settings import SmtpSettings
from .validation import validate

__all__ = [
    "FileMailer",
    "MailAttachment",
    "MailCalendar",
    "MailDelivery",
    "MailMessage",
    "Mailer",
    "MemoryMailer",
    "SmtpSettings",
    "compose",
    "new_message_id",
    "to_bytes",
    "validate",
]
