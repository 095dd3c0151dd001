import { FieldSet } from '../ownership/FieldSet';
import type { WriterIdentity } from '../ownership/recordUpdate';
import { fieldManagerOf, type RequestContext } from '../http/RequestContext';

const resetByMain = FieldSet.of(['f:status']);
const resetByStatus = FieldSet.of(
  ['f:spec'],
  ['f:metadata', 'f:deletionTimestamp'],
  ['f:metadata', 'f:ownerReferences'],
);
const resetByCustomStatus = FieldSet.of(['f:spec'], ['f:metadata']);
const nothing = new FieldSet();

/** Who owns what this request sets. */
export function writerOf(context: RequestContext): WriterIdentity {
  const { resource, info, machinery } = context;
  let reset = nothing;
  if (info.subresource === 'status')
    reset = resource.custom ? resetByCustomStatus : resetByStatus;
  else if (resource.hasStatus && info.subresource === undefined)
    reset = resetByMain;
  return {
    manager: fieldManagerOf(context),
    apiVersion: resource.apiVersion,
    subresource: info.subresource === 'binding' ? undefined : info.subresource,
    reset,
    time: new Date(machinery.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
  };
}
