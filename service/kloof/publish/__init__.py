"""From certified values to release files, and from those to the findings site. Never touches storage."""
