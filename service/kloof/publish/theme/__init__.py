"""The findings site's own MkDocs theme, on the design's stylesheet; `mkdocs.themes` in pyproject.toml names it."""
