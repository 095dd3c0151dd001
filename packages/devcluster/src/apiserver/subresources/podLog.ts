import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fieldError, invalid } from '../errors/FieldError';
import { badRequest } from '../errors/ApiError';
import { findStored } from '../handlers/getObject';
import { isTrue } from '../http/RequestInfo';
import type { RequestContext } from '../http/RequestContext';
import type { LogOptions } from '../NodeProxy';
import { containerOf } from './containerOf';
import { nodeOf } from './nodeOf';

const kind = { group: '', kind: 'PodLogOptions' };

/** `GET` of a pod's `log`: the text as it is, and with `follow` as it comes. */
export async function podLog(context: RequestContext): Promise<void> {
  const { info, response } = context;
  const pod = findStored(context);
  const options = readOptions(context);
  const container = containerOf(pod, info.query.get('container'));
  const node = nodeOf(context);
  const aborting = new AbortController();
  response.on('close', () => aborting.abort());
  const chunks = node
    .logs(container, options, aborting.signal)
    [Symbol.asyncIterator]();
  const first = chunks.next();
  if (!options.follow) {
    // Until the first chunk is there, an error can still be answered as one.
    await first.catch(refuse);
  } else {
    await Promise.race([first.catch(refuse), accepted()]);
  }
  response.writeHead(200, {
    'Content-Type': 'text/plain',
    'Cache-Control': 'no-cache, private',
  });
  response.flushHeaders();
  await pipeline(Readable.from(all(first, chunks)), response).catch(() =>
    response.destroy(),
  );
}

function refuse(error: Error): never {
  throw badRequest(error.message);
}

/** A silent container's follower is told soon that its request was taken. */
function accepted(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 100));
}

async function* all(
  first: Promise<IteratorResult<Uint8Array>>,
  others: AsyncIterator<Uint8Array>,
): AsyncIterable<Uint8Array> {
  for (let next = await first; !next.done; next = await others.next())
    yield next.value;
}

function readOptions({ info, machinery }: RequestContext): LogOptions {
  const { query } = info;
  const errors = [];
  const number = (name: string, minimum: number): number | undefined => {
    const text = query.get(name);
    if (text === null) return undefined;
    const value = Number(text);
    if (!Number.isInteger(value)) {
      throw badRequest(
        `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`,
      );
    }
    if (value < minimum) {
      errors.push(
        fieldError.invalid(
          name,
          value,
          minimum
            ? `must be greater than 0`
            : 'must be greater than or equal to 0',
        ),
      );
    }
    return value;
  };
  const tailLines = number('tailLines', 0);
  const limitBytes = number('limitBytes', 1);
  const sinceSeconds = number('sinceSeconds', 1);
  const since = query.get('sinceTime');
  if (sinceSeconds !== undefined && since) {
    errors.push(
      fieldError.forbidden(
        'sinceSeconds',
        'at most one of `sinceTime` or `sinceSeconds` may be specified',
      ),
    );
  }
  if (errors.length) throw invalid(kind, info.name ?? '', errors);
  const sinceTime = since
    ? Date.parse(since)
    : sinceSeconds && machinery.now() - sinceSeconds * 1000;
  return {
    follow: isTrue(query.get('follow')),
    previous: isTrue(query.get('previous')),
    timestamps: isTrue(query.get('timestamps')),
    ...(tailLines !== undefined && { tailLines }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(sinceTime && { sinceTime }),
  };
}
