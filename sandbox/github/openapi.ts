import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';

/** Lists what is wrong with a value; none: it conforms. */
export type Check = (value: unknown) => string[];

/** Schemas of GitHub's OpenAPI description (npm @octokit/openapi), compiled when asked for. It is 13 MB: for tests only. */
export interface Description {
  /** A response's schema: path as in the description, e.g. `/repos/{owner}/{repo}/deployments`. */
  response(method: string, path: string, status: number): Check;
  /** A named schema under components. */
  schema(name: string): Check;
}

export function readDescription(): Description {
  const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json');
  const description = JSON.parse(readFileSync(file, 'utf8')) as {
    paths: Record<string, Record<string, { responses: Record<string, Response> }>>;
    components: { responses: Record<string, Response> };
  };
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  // A URI template (RFC 6570) has no check in ajv-formats; what matters here is that it begins as a URL.
  ajv.addFormat('uri-template', /^https?:\/\/[^\s]+$/);
  ajv.addSchema({ $id: 'github', components: toJsonSchema(description.components) as object });
  const check = (schema: unknown): Check => {
    const validate = ajv.compile(rebase(schema) as object);
    return (value) => {
      if (validate(value)) return [];
      return (validate.errors ?? []).map((error) => `${error.instancePath || '/'} ${error.message ?? ''}`);
    };
  };
  return {
    response: (method, path, status) => {
      const named = description.paths[path]?.[method.toLowerCase()]?.responses[status];
      const response =
        named?.$ref === undefined ? named : description.components.responses[named.$ref.split('/')[3] ?? ''];
      const schema = response?.content?.['application/json']?.schema;
      if (schema === undefined) throw new Error(`The description has no ${status} for ${method} ${path}.`);
      return check(toJsonSchema(schema));
    },
    schema: (name) => check({ $ref: `#/components/schemas/${name}` }),
  };
}

interface Response {
  $ref?: string;
  content?: Record<string, { schema: unknown }>;
}

/** References within the description point into the schema added under the id `github`. */
function rebase(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"github#/')) as unknown;
}

/**
 * Two habits of OpenAPI 3.0 said in JSON Schema's way: `nullable` (ajv wants a type beside it, and null among an enum's
 * values), and a default of '' where the format is `uri`, which GitHub does answer.
 */
function toJsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(toJsonSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [key, toJsonSchema(value)] as const);
  const { nullable, ...rest } = Object.fromEntries(entries) as Record<string, unknown>;
  if (nullable === true) return { anyOf: [rest, { type: 'null' }] };
  if (rest['default'] === '' && rest['format'] === 'uri') return { anyOf: [rest, { const: '' }] };
  return nullable === undefined ? rest : { ...rest, nullable };
}
