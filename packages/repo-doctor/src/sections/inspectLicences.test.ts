import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { TestRepository } from '../testing/TestRepository';
import { inspectLicences } from './inspectLicences';

const APACHE = readFileSync(resolve(__dirname, '../../../../LICENSE'), 'utf8');

describe('inspectLicences', () => {
  let repository: TestRepository;

  beforeEach(() => {
    repository = new TestRepository();
  });

  afterEach(() => repository.remove());

  it.each([
    [{ 'a.txt': '' }, ['no-licence']],
    [{ LICENSE: 'Mine, all mine.' }, ['unknown-licence']],
    [
      { LICENSE: APACHE, 'package.json': '{"license": "MIT"}' },
      ['licence-mismatch'],
    ],
    [
      { LICENSE: APACHE, 'package.json': '{"name": "x"}' },
      ['no-licence-field'],
    ],
    [
      { LICENSE: APACHE, 'package.json': '{"license": "(MIT OR Apache-2.0)"}' },
      [],
    ],
    [{ LICENSE: APACHE, 'package.json': '{"private": true}' }, []],
    [
      {
        LICENSE: APACHE,
        'package-lock.json':
          '{"packages": {"node_modules/a": {"version": "1", "license": "GPL-3.0-only"}, "node_modules/b": {"version": "1", "license": "MIT OR GPL-3.0"}}}',
      },
      ['copyleft-dependency'],
    ],
  ])('%j', async (files, ids) => {
    repository.commit(files as Record<string, string>);
    const { findings } = await inspectLicences(await repository.context());
    expect(findings.map(finding => finding.id)).toEqual(ids);
  });
});
