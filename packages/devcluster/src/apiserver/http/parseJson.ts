import { parseDocument } from 'yaml';
import { decodeProtobuf } from '../../schemas/decodeProtobuf';
import type { Json } from '../../store/KubernetesObject';
import { badRequest, unsupportedMediaType } from '../errors/ApiError';
import { duplicateFields } from './duplicateFields';

export interface ParsedBody {
  value: Json;
  /** Paths of keys that stand twice in one object. */
  duplicates: string[];
}

/** Parses a JSON or YAML body. @throws ApiError */
export function parseJson(
  body: Buffer,
  contentType: string | undefined,
  findDuplicates = false,
): ParsedBody {
  const type = contentType?.split(';')[0].trim() || 'application/json';
  const text = body.toString('utf8');
  if (type === 'application/yaml') return parseYaml(text);
  if (type === 'application/vnd.kubernetes.protobuf') {
    return parseProtobuf(body);
  }
  if (type !== 'application/json' && type !== '*/*') {
    throw unsupportedMediaType([
      'application/json',
      'application/yaml',
      'application/vnd.kubernetes.protobuf',
    ]);
  }
  try {
    const value = JSON.parse(text);
    return { value, duplicates: findDuplicates ? duplicateFields(text) : [] };
  } catch (error) {
    throw badRequest(
      `error decoding the body as JSON: ${
        (error as Error).message
      }. Send one JSON object.`,
    );
  }
}

function parseProtobuf(body: Buffer): ParsedBody {
  try {
    return { value: decodeProtobuf(body), duplicates: [] };
  } catch (error) {
    throw badRequest((error as Error).message);
  }
}

function parseYaml(text: string): ParsedBody {
  const document = parseDocument(text, { uniqueKeys: false, merge: true });
  if (document.errors.length) {
    throw badRequest(
      `error converting YAML to JSON: yaml: ${document.errors[0].message}`,
    );
  }
  return { value: document.toJS({ maxAliasCount: 100 }), duplicates: [] };
}
