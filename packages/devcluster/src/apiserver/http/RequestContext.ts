import type { IncomingMessage, ServerResponse } from 'node:http';
import type { UserInfo } from '../auth/UserInfo';
import { fieldError } from '../errors/FieldError';
import { invalidWriteOptions } from '../handlers/invalidOptions';
import type { Machinery } from '../Machinery';
import type { ServedResource } from '../resources/ServedResource';
import type { RequestInfo } from './RequestInfo';
import { warn } from './Reply';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** One request for a resource, with all that its handler needs. */
export interface RequestContext {
  machinery: Machinery;
  info: RequestInfo;
  resource: ServedResource;
  user: UserInfo;
  request: IncomingMessage;
  response: ServerResponse;
}

/** Tells the client something it should show, without failing. */
export function warnings(context: RequestContext): (message: string) => void {
  return message => warn(context.response, message);
}

/** Whether nothing may be stored. @throws ApiError for a value other than `All` */
export function isDryRun({ info }: { info: RequestInfo }): boolean {
  const values = info.query.getAll('dryRun').filter(Boolean);
  if (values.some(value => value !== 'All')) {
    throw invalidWriteOptions(info.verb, [
      fieldError.notSupported('dryRun', values, ['All']),
    ]);
  }
  return values.length > 0;
}

export function fieldValidationOf(context: RequestContext): FieldValidation {
  const value = context.info.query.get('fieldValidation') || 'Warn';
  if (value !== 'Strict' && value !== 'Warn' && value !== 'Ignore') {
    throw invalidWriteOptions(context.info.verb, [
      fieldError.notSupported('fieldValidation', value, [
        '',
        'Ignore',
        'Strict',
        'Warn',
      ]),
    ]);
  }
  return value;
}

/** Who is named as the owner of the fields that a request sets. */
export function fieldManagerOf({ info, request }: RequestContext): string {
  return (
    info.query.get('fieldManager') ||
    (request.headers['user-agent'] ?? 'unknown').split('/')[0].slice(0, 128)
  );
}
