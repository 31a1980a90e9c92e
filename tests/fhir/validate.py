"""Reads a bundle from standard input and holds it against FHIR R4 (4.0.1), as fhir.resources 6.0 has its definitions.

Later releases of that package have other releases of FHIR in the same place: hence the check of what it says it is.
"""

import json
import sys

import fhir.resources
from fhir.resources.bundle import Bundle

assert fhir.resources.__fhir_version__ == "4.0.1", fhir.resources.__fhir_version__

read = json.load(sys.stdin)
bundle = Bundle.parse_obj(read)
for entry, raw in zip(bundle.entry, read["entry"], strict=True):
    # What the definitions do not know would have been refused, and what they know is taken up.
    kept = json.loads(entry.resource.json())
    for missing in raw["resource"].keys() - kept.keys():
        raise SystemExit(f"{raw['fullUrl']}: {missing} was not taken up")
print(len(bundle.entry))
