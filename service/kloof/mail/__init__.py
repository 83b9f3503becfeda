"""Mail: what it says, how it travels, and what comes back. It knows nothing of the database."""

from kloof.mail.opening import open_transport
from kloof.mail.rendering import MailRenderer, RenderedMail
from kloof.mail.transport import Fate, Transport, TransportError

__all__ = ["Fate", "MailRenderer", "RenderedMail", "Transport", "TransportError", "open_transport"]
