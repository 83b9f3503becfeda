"""Settings: policy from kloof.toml, secrets and deployment from the environment."""

from kloof.config.company_folder import find_company, refuse_inside_company
from kloof.config.field_types import is_this_machine
from kloof.config.secret_key import DEMO_KEY
from kloof.config.sections import Company, Deals, Embed, Mail, Oidc, Publishing, Research
from kloof.config.settings import Settings
from kloof.config.sources import DEMO_MARK, load_settings, sqlite_in

__all__ = [
    "DEMO_KEY",
    "DEMO_MARK",
    "Company",
    "Deals",
    "Embed",
    "Mail",
    "Oidc",
    "Publishing",
    "Research",
    "Settings",
    "find_company",
    "is_this_machine",
    "load_settings",
    "refuse_inside_company",
    "sqlite_in",
]
