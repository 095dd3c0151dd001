import { conflict, badRequest, notFound } from '../errors/ApiError';
import { fieldError, invalid } from '../errors/FieldError';
import { parseJson } from '../http/parseJson';
import { readBody } from '../http/readBody';
import { created, ok, type Reply } from '../http/Reply';
import {
  fieldValidationOf,
  warnings,
  type RequestContext,
} from '../http/RequestContext';
import { represent, representationOf } from '../http/Representation';
import { groupResourceOf } from '../resources/ServedResource';
import { createDecoded } from './createObject';
import { decodeObject } from './decodeObject';
import { findStored } from './getObject';
import { presentObject } from './presentObject';
import { replaceObject } from './replaceObject';

/** `PUT` of one object or its status. */
export async function updateObject(context: RequestContext): Promise<Reply> {
  const { request, resource, info, machinery } = context;
  const representation = representationOf(request, info.query);
  const validation = fieldValidationOf(context);
  const { value, duplicates } = parseJson(
    await readBody(request),
    request.headers['content-type'],
    validation !== 'Ignore',
  );
  const decode = () =>
    decodeObject(resource, structuredClone(value), {
      validation,
      duplicates,
      warn: warnings(context),
    });
  const object = decode();
  if (!object.metadata.name) {
    throw badRequest('name must be provided');
  }
  if (object.metadata.name !== info.name) {
    throw badRequest(
      `the name of the object (${object.metadata.name}) does not match the name on the URL (${info.name})`,
    );
  }
  if (
    resource.namespaced &&
    object.metadata.namespace &&
    object.metadata.namespace !== info.namespace
  ) {
    throw badRequest(
      `the namespace of the object (${object.metadata.namespace}) does not match the namespace on the request (${info.namespace})`,
    );
  }
  const exists = machinery.store.get(
    resource.collection,
    resource.namespaced ? info.namespace : undefined,
    info.name,
  );
  if (!exists) {
    if (object.metadata.uid) {
      throw conflict(
        groupResourceOf(resource),
        info.name,
        `StorageError: invalid object, Code: 4, Key: /registry/${resource.plural}/${info.namespace}/${info.name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${object.metadata.uid}, UID in object meta: `,
      );
    }
    if (!resource.rules.createsOnUpdate || info.subresource) {
      throw notFound(groupResourceOf(resource), info.name);
    }
    delete (object.metadata as { resourceVersion?: string }).resourceVersion;
    const made = await createDecoded(context, object);
    return created(
      represent(
        representation,
        resource,
        presentObject(resource, made),
        machinery.now(),
      ),
    );
  }
  if (resource.custom && !object.metadata.resourceVersion) {
    throw invalid(resource, info.name, [
      fieldError.invalid(
        'metadata.resourceVersion',
        0,
        'must be specified for an update',
      ),
    ]);
  }
  let isFirst = true;
  const stored = await replaceObject(
    context,
    () => findStored(context),
    () => {
      const fresh = isFirst ? object : decode();
      isFirst = false;
      return { object: fresh };
    },
  );
  return ok(
    represent(
      representation,
      resource,
      presentObject(resource, stored),
      machinery.now(),
    ),
  );
}
