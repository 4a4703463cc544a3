"""CDS Hooks 2.0: what a system that speaks it (a CDS Client) asks of the API, and the cards it is given.

``asked`` reads a request, ``cards`` turns an assessment into a card, ``given`` keeps which cards were given and what was made of them,
``clients`` knows a CDS Client by the token it signs, ``origins`` lets the pages of named sites call, ``services`` has the calls and
``messages`` their schemas. Which services there are comes from the content: one for each condition, and no condition is named here.
"""
