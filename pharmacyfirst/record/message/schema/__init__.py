"""The XML schema of FHIR STU3 as HL7 published it, and ``profiles.json``: the facts that the NHS profiles add to it."""
