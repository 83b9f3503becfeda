"""The design system: tokens and components in one stylesheet, shared by the forms and the findings site."""
