"""The JSON contract of clinical/README.md: an input object in, an assessment or an error out, and what a vendor needs to rely on it.

``answers`` gives the answer to one input object, ``text`` writes it; ``schemas`` says as JSON Schema what goes in and comes out;
``conformance`` is our cases as JSON, and the way to run them against another engine.
"""
