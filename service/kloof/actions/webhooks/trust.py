"""What the settings say about where events may go."""

import ssl

from kloof.actions.webhooks.posting import Resolver, WayOut, addresses_of
from kloof.config import Settings
from kloof.domain.errors import BadSettings


def way_out(settings: Settings, resolve: Resolver = addresses_of) -> WayOut:
    """How events get out. Raises BadSettings where webhooks.ca_file holds no certificate."""
    return WayOut(_trusted(settings), settings.webhooks.allowed_networks, resolve)


def _trusted(settings: Settings) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if settings.webhooks.ca_file is not None:
        file = settings.folder / settings.webhooks.ca_file
        try:
            context.load_verify_locations(file)
        except OSError as error:  # ssl.SSLError is one
            why = error.strerror or "this is no certificate"
            raise BadSettings(
                [f"kloof.toml: webhooks.ca_file: {file} cannot be used ({why})."],
                remedy="Name a file with the certificate of your own authority in PEM.",
            ) from None
    return context
