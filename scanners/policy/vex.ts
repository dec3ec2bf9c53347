import * as z from 'zod';
import { readData, type Source } from './document.ts';
import { instantOf } from './instant.ts';
import { parsePurl, type Purl } from './purl.ts';

/** One OpenVEX document. */
export interface Vex {
  file: string;
  id: string;
  author: string;
  statements: VexStatement[];
}

export interface VexStatement {
  /** Upper case: the name of the vulnerability and its aliases. */
  names: string[];
  status: 'not_affected' | 'affected' | 'fixed' | 'under_investigation';
  /** Its justification, or in its words why not. */
  why?: string;
  /** When it was last known to be true. */
  at: number;
  products: VexProduct[];
}

export interface VexProduct {
  /** Absent when it is named in a way that cannot be compared: then the statement is about nothing that is known here. */
  purl?: Purl;
  /** A statement with subcomponents is about these alone. */
  subcomponents: { purl?: Purl }[];
}

const time = z
  .string()
  .refine((value) => value.includes('T') && instantOf(value) !== undefined, 'expected an RFC 3339 time with zone');
const words = z.string().regex(/\S/, 'expected some text');

/** cpe names and hashes may be there; packages are told apart by purl alone. */
const component = {
  '@id': z.string().optional(),
  identifiers: z
    .strictObject({
      purl: z.string().optional(),
      cpe22: z.string().optional(),
      cpe23: z.string().optional(),
      '@cpe22': z.string().optional(),
      '@cpe23': z.string().optional(),
    })
    .optional(),
  hashes: z.record(z.string(), z.string()).optional(),
};

const Statement = z
  .strictObject({
    '@id': z.string().optional(),
    version: z.int().optional(),
    vulnerability: z.strictObject({
      '@id': z.string().optional(),
      name: words,
      description: z.string().optional(),
      aliases: z.array(words).optional(),
    }),
    timestamp: time.optional(),
    last_updated: time.optional(),
    products: z
      .array(z.strictObject({ ...component, subcomponents: z.array(z.strictObject(component)).optional() }))
      .min(1, 'expected a product: a statement about none says nothing'),
    status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
    supplier: z.string().optional(),
    status_notes: z.string().optional(),
    justification: z
      .enum([
        'component_not_present',
        'vulnerable_code_not_present',
        'vulnerable_code_not_in_execute_path',
        'vulnerable_code_cannot_be_controlled_by_adversary',
        'inline_mitigations_already_exist',
      ])
      .optional(),
    impact_statement: words.optional(),
    action_statement: words.optional(),
    action_statement_timestamp: time.optional(),
  })
  .refine(
    ({ status, justification, impact_statement: impact }) =>
      status !== 'not_affected' || justification !== undefined || impact !== undefined,
    'expected a justification or an impact_statement: not_affected needs one',
  )
  .refine(({ status, action_statement: action }) => status !== 'affected' || action !== undefined, {
    path: ['action_statement'],
    message: 'expected an action_statement: affected needs one',
  });

const Document = z.strictObject({
  '@context': z
    .string()
    .regex(/^https:\/\/openvex\.dev\/ns(\/v0\.[0-2]\.\d+)?$/, 'expected https://openvex.dev/ns/v0.2.0'),
  '@id': words,
  author: words,
  role: z.string().optional(),
  timestamp: time,
  last_updated: time.optional(),
  version: z.union([z.int(), z.string().regex(/^\d+$/)]),
  tooling: z.string().optional(),
  statements: z.array(Statement).min(1),
});

/**
 * Reads an OpenVEX document as version 0.2.0 has it (https://github.com/openvex/spec). Throws InputInvalid with every problem: one
 * that is half understood could excuse too much.
 */
export function readVex(source: Source): Vex {
  const document = readData(source, Document);
  return {
    file: source.file,
    id: document['@id'],
    author: document.author,
    statements: document.statements.map((statement) => {
      const why = statement.justification ?? statement.impact_statement;
      return {
        names: [statement.vulnerability.name, ...(statement.vulnerability.aliases ?? [])].map((name) =>
          name.trim().toUpperCase(),
        ),
        status: statement.status,
        ...(why === undefined ? {} : { why }),
        // The document's last_updated is no new knowledge of an old statement.
        at: Math.max(
          instantOf(statement.timestamp ?? document.timestamp) ?? 0,
          instantOf(statement.last_updated ?? '') ?? 0,
        ),
        products: statement.products.map((product) => ({
          ...purlOf(product),
          subcomponents: (product.subcomponents ?? []).map(purlOf),
        })),
      };
    }),
  };
}

/** Its purl; the `@id` where that is one and there is no other. */
function purlOf(named: { '@id'?: string | undefined; identifiers?: { purl?: string | undefined } | undefined }): {
  purl?: Purl;
} {
  const purl = parsePurl(named.identifiers?.purl ?? named['@id'] ?? '');
  return purl === undefined ? {} : { purl };
}
