"""Style sheets and script of the form, served as they lie here."""
