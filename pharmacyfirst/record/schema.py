"""JSON Schemas of a record and of the account it is made from, made from what really reads them."""

from typing import Any

from pharmacyfirst.record.consultation import Account, Consultation

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def record_schemas() -> dict[str, dict[str, Any]]:
    """The schemas by the name of their file: what ``record make`` takes, and what it writes."""
    return {
        "account.schema.json": {"$schema": DIALECT, **Account.model_json_schema()},
        "record.schema.json": {"$schema": DIALECT, **Consultation.model_json_schema(mode="validation")},
    }
