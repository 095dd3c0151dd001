// Holds the CRDs to what they promise, on the API server that KUBECONFIG names: every CRD is accepted and structural, every
// example is accepted, and every invalid object is refused with the field and the sentence of its table. Exits with 1 when
// one is not. Leaves the CRDs and nothing else.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { ApiServer } from './ApiServer.mjs';
import { loadTypeScript, packageDir } from './loadTypeScript.mjs';

const namespace = 'greenroom-kinds-check';
const applyYaml = 'application/apply-patch+yaml';
const mergePatch = 'application/merge-patch+json';

if (!process.env.KUBECONFIG) {
  process.stderr.write(
    'KUBECONFIG names no cluster. Set it to the kubeconfig of one whose CRDs may be replaced.\n',
  );
  process.exit(2);
}
const server = new ApiServer(process.env.KUBECONFIG);
const { allKinds, crdOf, parseInvalidObjects, applyMergePatch } =
  await loadTypeScript('src/index.ts');
const failures = [];

async function installCrd(kind) {
  const crd = crdOf(kind);
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crd.metadata.name}`;
  await server.need(
    'PATCH',
    `${path}?fieldManager=greenroom-kinds&force=true`,
    crd,
    applyYaml,
  );
  for (let tries = 0; tries < 200; tries += 1) {
    const { status } = await server.need('GET', path);
    const conditions = new Map(
      (status?.conditions ?? []).map(({ type, ...rest }) => [type, rest]),
    );
    const broken = conditions.get('NonStructuralSchema');
    if (broken?.status === 'True')
      throw new Error(`${crd.metadata.name}: ${broken.message}`);
    if (conditions.get('Established')?.status === 'True') return;
    await sleep(50);
  }
  throw new Error(`${crd.metadata.name} was not established within 10 s.`);
}

const read = (folder, kind) =>
  readFileSync(join(packageDir, folder, `${kind.singular}.yaml`), 'utf8');

async function checkKind(kind) {
  const scope = kind.scope === 'Cluster' ? '' : `namespaces/${namespace}/`;
  const collection = `/apis/${kind.group}/${kind.version}/${scope}${kind.plural}`;
  const example = parse(read('examples', kind));
  await server.send('DELETE', `${collection}/${example.metadata.name}`);
  // Served a moment after it is established.
  let created = await server.send(
    'POST',
    `${collection}?fieldValidation=Strict`,
    example,
  );
  for (let tries = 0; created.status === 404 && tries < 100; tries += 1) {
    await sleep(50);
    created = await server.send(
      'POST',
      `${collection}?fieldValidation=Strict`,
      example,
    );
  }
  if (created.status !== 201)
    failures.push(
      `${kind.kind}: the example was refused: ${created.body.message}`,
    );
  const table = parseInvalidObjects(read('invalid', kind));
  for (const row of table) {
    const answer =
      row.when === 'update'
        ? await server.send(
            'PATCH',
            `${collection}/${example.metadata.name}?dryRun=All`,
            row.patch,
            mergePatch,
          )
        : await server.send(
            'POST',
            `${collection}?dryRun=All`,
            applyMergePatch(
              { ...example, metadata: { name: example.metadata.name } },
              row.patch,
            ),
          );
    const causes = answer.body.details?.causes ?? [];
    if (
      answer.status === 422 &&
      causes.some(
        ({ field, message }) => field === row.path && message === row.message,
      )
    )
      continue;
    const said =
      causes
        .map(({ field, message }) => `${field}: ${message}`)
        .join('\n    ') ||
      answer.body.message ||
      'accepted';
    failures.push(
      `${kind.kind}: ${row.name}: expected ${row.path}: ${row.message}\n  but the answer ${answer.status} was\n    ${said}`,
    );
  }
  await server.send('DELETE', `${collection}/${example.metadata.name}`);
  return table.length;
}

await Promise.all(allKinds.map(installCrd));
await server.send('POST', '/api/v1/namespaces', {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: namespace },
});
let rows = 0;
for (const kind of allKinds) rows += await checkKind(kind);
await server.send('DELETE', `/api/v1/namespaces/${namespace}`);
server.close();
for (const failure of failures) process.stderr.write(`${failure}\n`);
process.stdout.write(
  `${allKinds.length} CRDs, ${allKinds.length} examples, ${rows} invalid objects: ${failures.length} differences\n`,
);
process.exitCode = failures.length > 0 ? 1 : 0;
