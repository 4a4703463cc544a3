"""The papers about a consultation: letter, label, the patient's sheet, the claim row, and the page for the pharmacy's own file."""
