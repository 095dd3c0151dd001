import { toolDigest } from './toolDigest';

const inputSchema = { type: 'object', properties: {} };

it('is the same however keys are ordered', () => {
  expect(
    toolDigest({
      inputSchema: { properties: {}, type: 'object' },
      name: 'a',
      _meta: { x: 1 },
    }),
  ).toBe(toolDigest({ name: 'a', inputSchema }));
});

it('is another when a description or a schema changes', () => {
  const digest = toolDigest({ name: 'a', inputSchema });
  expect(toolDigest({ name: 'a', description: 'x', inputSchema })).not.toBe(
    digest,
  );
  expect(
    toolDigest({
      name: 'a',
      inputSchema: { type: 'object', properties: { b: {} } },
    }),
  ).not.toBe(digest);
});
