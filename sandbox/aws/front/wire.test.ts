import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { passesFilters } from './filter.ts';
import { parseQuery, structures, text, texts } from './query.ts';
import { errorDocument, xml } from './xml.ts';

describe('query protocol', () => {
  test('numbered lists come in the order of their numbers', () => {
    const form = Array.from({ length: 11 }, (_, index) => `Id.${11 - index}=v${11 - index}`).join('&');
    expect(texts(parseQuery(form), 'Id')).toEqual(Array.from({ length: 11 }, (_, index) => `v${index + 1}`));
  });

  test('structures nest', () => {
    const query = parseQuery('Action=X&Filter.1.Name=a&Filter.1.Value.1=b&Filter.1.Value.2=c%20d');
    expect(text(query, 'Action')).toBe('X');
    expect(structures(query, 'Filter').map((one) => [text(one, 'Name'), texts(one, 'Value')])).toEqual([
      ['a', ['b', 'c d']],
    ]);
  });

  test('any form is read without touching an object prototype', () => {
    assert(
      property(string(), (body) => {
        parseQuery(body);
        parseQuery(`__proto__.polluted=1&constructor.prototype.polluted=1&${body}`);
        expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      }),
    );
  });

  test.each([
    ['Filter.1.Name=tag:Name&Filter.1.Value.1=k3s*', true],
    ['Filter.1.Name=tag:Name&Filter.1.Value.1=k3?', false],
    ['Filter.1.Name=tag:Name&Filter.1.Value.1=no&Filter.1.Value.2=k3s-node', true],
    ['Filter.1.Name=tag:Name&Filter.1.Value.1=k3s-node&Filter.2.Name=state&Filter.2.Value.1=stopped', false],
    ['Filter.1.Name=state&Filter.1.Value.1=runn.ng', false],
    ['', true],
  ])('%s passes: %s', (form, expected) => {
    const fields: Record<string, string[]> = { 'tag:Name': ['k3s-node'], state: ['running'] };
    expect(passesFilters(parseQuery(form), (name) => fields[name])).toBe(expected);
  });

  test('a filter that EC2 does not know is refused', () => {
    expect(() => passesFilters(parseQuery('Filter.1.Name=x&Filter.1.Value.1=y'), () => undefined)).toThrow(
      "The filter 'x' is invalid",
    );
  });
});

describe('xml', () => {
  test.each([
    [
      { a: [1, { b: true }], c: undefined, d: 'x<&>"y' },
      '<a><item>1</item><item><b>true</b></item></a><d>x&lt;&amp;&gt;&quot;y</d>',
    ],
    [{ empty: [] }, '<empty></empty>'],
  ])('%j', (value, expected) => {
    expect(xml(value)).toBe(expected);
  });

  test('an error has the shape of EC2', () => {
    expect(errorDocument('Code', 'a & b', 'id')).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>Code</Code><Message>a &amp; b</Message></Error></Errors><RequestID>id</RequestID></Response>',
    );
  });
});
