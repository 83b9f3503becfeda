"""Settings: policy from kloof.toml, secrets and deployment from the environment."""

from kloof.config.settings import Company, Deals, Mail, Oidc, Publishing, Research, Settings
from kloof.config.sources import load_settings

__all__ = ["Company", "Deals", "Mail", "Oidc", "Publishing", "Research", "Settings", "load_settings"]
