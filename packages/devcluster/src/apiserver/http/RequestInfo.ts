/** What a request's method and path mean to the API. */
export interface RequestInfo {
  /** `get`, `list`, `create`, …; for paths outside of resources the method in lower case. */
  verb: string;
  path: string;
  query: URLSearchParams;
  isResource: boolean;
  group: string;
  version: string;
  namespace?: string;
  resource: string;
  subresource?: string;
  name?: string;
  /** What follows the subresource `proxy`, with its leading slash. */
  rest?: string;
}

const verbOfMethod: Record<string, string> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Subresources of a namespace itself; anything else after its name is a resource inside it. */
const namespaceSubresources = new Set(['status', 'finalize']);

/** Reads method and URL. Whether the resource exists is not looked at. */
export function parseRequest(method: string, url: string): RequestInfo {
  const question = url.indexOf('?');
  const rawPath = question < 0 ? url : url.slice(0, question);
  const query = new URLSearchParams(
    question < 0 ? '' : url.slice(question + 1),
  );
  const outside: RequestInfo = {
    verb: method.toLowerCase(),
    path: rawPath,
    query,
    isResource: false,
    group: '',
    version: '',
    resource: '',
  };
  const parts: string[] = rawPath.split('/').filter(Boolean).map(decode);
  let group = '';
  let version: string;
  const [root] = parts;
  if (root === 'api' && parts.length > 2) {
    [, version] = parts.splice(0, 2);
  } else if (root === 'apis' && parts.length > 3) {
    [, group, version] = parts.splice(0, 3);
  } else {
    return outside;
  }

  let verb = verbOfMethod[method] ?? method.toLowerCase();
  if (parts[0] === 'watch') {
    parts.shift();
    verb = 'watch';
    query.set('watch', 'true');
  }
  let namespace: string | undefined;
  if (parts[0] === 'namespaces' && parts.length > 1) {
    namespace = parts[1];
    if (parts.length > 2 && !namespaceSubresources.has(parts[2]))
      parts.splice(0, 2);
  }
  const [resource, name, subresource] = parts;
  if (verb === 'get' && name === undefined)
    verb = isTrue(query.get('watch')) ? 'watch' : 'list';
  if (verb === 'watch' && name !== undefined) {
    // A watch of one object is a watch of its collection that selects the name.
    query.set('fieldSelector', `metadata.name=${name}`);
  }
  if (verb === 'delete' && name === undefined) verb = 'deletecollection';
  return {
    ...outside,
    verb,
    isResource: true,
    group,
    version,
    namespace,
    resource,
    name,
    subresource,
    ...(subresource === 'proxy' && { rest: proxiedPath(rawPath) }),
  };
}

function proxiedPath(path: string): string {
  const after = /\/proxy(\/.*)?$/.exec(path.replace(/^(.*?\/proxy)/, '/proxy'));
  return after?.[1] ?? '/';
}

/** Booleans in queries as Go reads them. */
export function isTrue(value: string | null): boolean {
  return (
    value !== null &&
    ['', '1', 't', 'T', 'true', 'TRUE', 'True'].includes(value)
  );
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
