"""Pictures as inline SVG: drawn once as marks, then written for a page or as a file of its own."""
