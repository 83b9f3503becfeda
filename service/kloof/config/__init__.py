"""Settings: policy from kloof.toml, secrets and deployment from the environment."""

from kloof.config.company_folder import find_company, refuse_inside_company
from kloof.config.settings import Company, Deals, Mail, Oidc, Publishing, Research, Settings
from kloof.config.sources import load_settings

__all__ = [
    "Company",
    "Deals",
    "Mail",
    "Oidc",
    "Publishing",
    "Research",
    "Settings",
    "find_company",
    "load_settings",
    "refuse_inside_company",
]
