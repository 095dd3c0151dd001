import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { KubernetesObject } from '@greenroom/controller-runtime';
import { parseAllDocuments } from 'yaml';
import { CliError } from '../CliError';

/** An object as a manifest has it: what it is and its name are known. */
export type Manifest = KubernetesObject & {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
};

/** Reads every document of the YAML files that the patterns match below a folder, in the order of file names. */
export function readManifests(folder: string, pattern = '*.yaml'): Manifest[] {
  return globSync(pattern, { cwd: folder })
    .sort()
    .flatMap(file => readManifestFile(path.join(folder, file)));
}

/** @throws {@link CliError} that names the line, when the file is no YAML or a document is no object. */
export function readManifestFile(file: string): Manifest[] {
  const documents = parseAllDocuments(readFileSync(file, 'utf8'));
  return documents.flatMap(document => {
    const [error] = document.errors;
    if (error) {
      throw new CliError(`${file}: ${error.message}`);
    }
    const object = document.toJS();
    if (object === null) return [];
    if (!object.apiVersion || !object.kind || !object.metadata?.name) {
      throw new CliError(
        `${file}: a document lacks apiVersion, kind or metadata.name. Add what is missing.`,
      );
    }
    return [object];
  });
}
