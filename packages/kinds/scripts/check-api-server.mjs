// Holds the CRDs to what they promise, on the API server that KUBECONFIG names: every CRD is accepted and structural, every
// example is accepted, and every invalid object is refused with the field and the sentence of its table. Exits with 1 when
// one is not. Leaves the CRDs and nothing else; objects of others are not touched.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { ApiServer } from './ApiServer.mjs';
import { loadTypeScript, packageDir } from './loadTypeScript.mjs';

/** Name of the namespace, and of what stands in none. */
const ownName = 'greenroom-kinds-check';
const applyYaml = 'application/apply-patch+yaml';
const mergePatch = 'application/merge-patch+json';
/** An API server serves a new or changed CRD a moment after it has it. */
const settlingMs = 5_000;

if (!process.env.KUBECONFIG) {
  process.stderr.write(
    'KUBECONFIG names no cluster. Set it to the kubeconfig of one whose CRDs may be replaced.\n',
  );
  process.exit(2);
}
const server = new ApiServer(process.env.KUBECONFIG);
const { allKinds, crdOf, parseInvalidObjects, applyMergePatch } =
  await loadTypeScript('src/index.ts');

async function installCrd(kind) {
  const crd = crdOf(kind);
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crd.metadata.name}`;
  await server.need(
    'PATCH',
    `${path}?fieldManager=greenroom-kinds&force=true`,
    crd,
    applyYaml,
  );
  for (let waited = 0; waited < 10_000; waited += 50) {
    const { status } = await server.need('GET', path);
    const conditions = status?.conditions ?? [];
    const isTrue = type =>
      conditions.find(each => each.type === type && each.status === 'True');
    const broken = isTrue('NonStructuralSchema');
    if (broken) throw new Error(`${crd.metadata.name}: ${broken.message}`);
    if (isTrue('Established')) return;
    await sleep(50);
  }
  throw new Error(`${crd.metadata.name} was not established within 10 s.`);
}

const read = (folder, kind) =>
  readFileSync(join(packageDir, folder, `${kind.singular}.yaml`), 'utf8');

/** Where a kind's objects are, and an example that nobody else has. */
function subjectOf(kind) {
  const isCluster = kind.scope === 'Cluster';
  const scope = isCluster ? '' : `namespaces/${ownName}/`;
  const example = parse(read('examples', kind));
  return {
    collection: `/apis/${kind.group}/${kind.version}/${scope}${kind.plural}`,
    example,
    // Changes are tried on an object of this name; the example's own may be somebody's.
    changed: { ...example, metadata: { name: ownName } },
  };
}

function sendRow({ collection, example, changed }, { when, patch }) {
  if (when === 'update') {
    const path = `${collection}/${changed.metadata.name}?dryRun=All`;
    return server.send('PATCH', path, patch, mergePatch);
  }
  const object = applyMergePatch(example, patch);
  return server.send('POST', `${collection}?dryRun=All`, object);
}

/** What is different from the row, in words; undefined when nothing is. */
function differenceOf({ path, message }, { status, body }) {
  const causes = body.details?.causes ?? [];
  const isSaid = causes.some(
    cause => cause.field === path && cause.message === message,
  );
  if (status === 422 && isSaid) return undefined;
  const said = causes.map(cause => `${cause.field}: ${cause.message}`);
  const answer = said.join('\n    ') || body.message || 'accepted';
  return `expected ${path}: ${message}\n  but the answer ${status} was\n    ${answer}`;
}

async function untilSettled(settledAt, attempt) {
  for (;;) {
    const difference = await attempt();
    if (difference === undefined || Date.now() > settledAt) return difference;
    await sleep(100);
  }
}

async function checkKind(kind, settledAt) {
  const subject = subjectOf(kind);
  const { collection, example, changed } = subject;
  const table = parseInvalidObjects(read('invalid', kind));
  const failures = [];
  const note = (name, difference) =>
    difference && failures.push(`${kind.kind}: ${name}: ${difference}`);

  const accept = async () => {
    const path = `${collection}?dryRun=All&fieldValidation=Strict`;
    const { status, body } = await server.send('POST', path, example);
    // A conflict comes after validation: somebody has an object of that name.
    return status === 201 || status === 409 ? undefined : body.message;
  };
  note('the example', await untilSettled(settledAt, accept));
  const isChanged = table.some(({ when }) => when === 'update');
  if (isChanged) await server.need('POST', collection, changed);
  for (const row of table) {
    const attempt = async () => differenceOf(row, await sendRow(subject, row));
    note(row.name, await untilSettled(settledAt, attempt));
  }
  if (isChanged) await server.need('DELETE', `${collection}/${ownName}`);
  return { rows: table.length, failures };
}

await Promise.all(allKinds.map(installCrd));
const settledAt = Date.now() + settlingMs;
await server.need('POST', '/api/v1/namespaces', {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: ownName },
});
const results = [];
try {
  for (const kind of allKinds) results.push(await checkKind(kind, settledAt));
} finally {
  await server.need('DELETE', `/api/v1/namespaces/${ownName}`);
  server.close();
}
const failures = results.flatMap(result => result.failures);
const rows = results.reduce((sum, result) => sum + result.rows, 0);
for (const failure of failures) process.stderr.write(`${failure}\n`);
process.stdout.write(
  `${allKinds.length} CRDs, ${allKinds.length} examples, ${rows} invalid objects: ${failures.length} differences\n`,
);
process.exitCode = failures.length > 0 ? 1 : 0;
