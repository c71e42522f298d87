type Json = Record<string, unknown>;

/**
 * Turns what Nest describes by the words of OpenAPI 3.0 into those of 3.1, which are JSON Schema's: what may be null has
 * `null` among its types. Of requests, defaults become words: generated clients require a field that has one.
 */
export function asJsonSchema(node: unknown, isRequest = false): unknown {
  if (Array.isArray(node)) return node.map((item) => asJsonSchema(item, isRequest));
  if (typeof node !== 'object' || node === null) return node;
  const converted = Object.fromEntries(
    Object.entries(node).map(([key, value]) => {
      if (key === 'properties') return [key, propertiesOf(value, isRequest)];
      return [key, KEPT.has(key) ? value : asJsonSchema(value, isRequest)];
    }),
  );
  return withoutDefault(withNull(converted), isRequest);
}

/** By names that are no words of JSON Schema, whatever they are: a field may be called `required`. */
function propertiesOf(properties: unknown, isRequest: boolean): unknown {
  if (typeof properties !== 'object' || properties === null) return properties;
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, asJsonSchema(schema, isRequest)]),
  );
}

/** Values, which only look like schemas. */
const KEPT = new Set(['example', 'examples', 'enum', 'const', 'required', 'default']);

function withNull(schema: Json): Json {
  if (schema.nullable !== true) {
    delete schema.nullable;
    return schema;
  }
  const { description, ...rest } = schema;
  delete rest.nullable;
  const told = description === undefined ? {} : { description };
  if (typeof rest.type === 'string') {
    const values = Array.isArray(rest.enum) ? { enum: [...(rest.enum as unknown[]), null] } : {};
    return { ...rest, ...told, ...values, type: [rest.type, 'null'] };
  }
  const [only] = Array.isArray(rest.allOf) && rest.allOf.length === 1 ? (rest.allOf as Json[]) : [rest];
  return { ...told, anyOf: [only, { type: 'null' }] };
}

function withoutDefault(schema: Json, isRequest: boolean): Json {
  if (!isRequest || schema.default === undefined || typeof schema.properties === 'object') return schema;
  const { default: usual, description, ...rest } = schema;
  const words = `When left out: ${JSON.stringify(usual)}.`;
  return { ...rest, description: typeof description === 'string' ? `${description}. ${words}` : words };
}
