"""The design system: tokens and components, shared by the forms and the findings site."""
