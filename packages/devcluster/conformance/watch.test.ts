import { useCluster } from './harness/useCluster';

describe('watch', () => {
  const cluster = useCluster();
  const path = (query: string) =>
    `${cluster.core('configmaps')}?watch=true${query}`;
  const create = (name: string, labels: object = {}) =>
    cluster.api.post(cluster.core('configmaps'), {
      metadata: { name, labels },
    });
  const patch = (name: string, body: object) =>
    cluster.api.patch('merge', cluster.core('configmaps', name), body);
  const currentVersion = async () =>
    (await cluster.api.get(cluster.core('configmaps'))).body.metadata
      .resourceVersion;
  const named = (name: string) => (event: any) =>
    event.object.metadata?.name === name;

  it('a watch from a version reports what comes after it, in order', async () => {
    const watch = await cluster.watch(
      path(`&resourceVersion=${await currentVersion()}`),
    );
    await create('life');
    await patch('life', { data: { a: 'b' } });
    await cluster.api.delete(cluster.core('configmaps', 'life'));
    expect((await watch.next()).type).toBe('ADDED');
    expect(await watch.next()).toMatchObject({
      type: 'MODIFIED',
      object: { kind: 'ConfigMap', data: { a: 'b' } },
    });
    expect((await watch.next()).type).toBe('DELETED');
  });

  it('the version of a deleted object in the watch is that of the deletion', async () => {
    const { body } = await create('gone');
    const watch = await cluster.watch(
      path(`&resourceVersion=${body.metadata.resourceVersion}`),
    );
    await cluster.api.delete(cluster.core('configmaps', 'gone'));
    const { object } = await watch.next(event => event.type === 'DELETED');
    expect(Number(object.metadata.resourceVersion)).toBeGreaterThan(
      Number(body.metadata.resourceVersion),
    );
  });

  it('a watch without a version begins with what is there', async () => {
    await create('existing');
    const watch = await cluster.watch(path(''));
    expect((await watch.next(named('existing'))).type).toBe('ADDED');
  });

  it('a watch resumed at the version of an event misses nothing and repeats nothing', async () => {
    const version = await currentVersion();
    await create('resume-1');
    await create('resume-2');
    const first = await cluster.watch(path(`&resourceVersion=${version}`));
    const { object } = await first.next(named('resume-1'));
    first.close();
    const second = await cluster.watch(
      path(`&resourceVersion=${object.metadata.resourceVersion}`),
    );
    const next = await second.next();
    expect(next.object.metadata.name).toBe('resume-2');
  });

  it('a selector turns leaving and entering it into DELETED and ADDED', async () => {
    const watch = await cluster.watch(
      path(`&labelSelector=in%3Dyes&resourceVersion=${await currentVersion()}`),
    );
    await create('selected', { in: 'yes' });
    await patch('selected', { metadata: { labels: { in: 'no' } } });
    await patch('selected', { metadata: { labels: { in: 'yes' } } });
    expect((await watch.next()).type).toBe('ADDED');
    const left = await watch.next();
    expect(left.type).toBe('DELETED');
    // The object as it was while it matched.
    expect(left.object.metadata.labels.in).toBe('yes');
    expect((await watch.next()).type).toBe('ADDED');
  });

  it('a watch of one object by field selector', async () => {
    const watch = await cluster.watch(
      path(
        `&fieldSelector=metadata.name%3Donly&resourceVersion=${await currentVersion()}`,
      ),
    );
    await create('other');
    await create('only');
    expect((await watch.next()).object.metadata.name).toBe('only');
  });

  it('a watch that is asked to end after a time ends then', async () => {
    const watch = await cluster.watch(
      path(`&timeoutSeconds=1&resourceVersion=${await currentVersion()}`),
    );
    expect(await watch.all()).toEqual([]);
  });

  it('bookmarks carry a version and no object, and the last one comes before the end', async () => {
    const watch = await cluster.watch(
      path(
        `&timeoutSeconds=6&allowWatchBookmarks=true&resourceVersion=${await currentVersion()}`,
      ),
    );
    const bookmarks = (await watch.all()).filter(
      ({ type }) => type === 'BOOKMARK',
    );
    expect(bookmarks.length).toBeGreaterThan(0);
    expect(bookmarks[0].object.kind).toBe('ConfigMap');
    expect(bookmarks[0].object.metadata.resourceVersion).toMatch(/^\d+$/);
    expect(bookmarks[0].object.metadata.name).toBeUndefined();
  });

  it('sendInitialEvents streams what is there and then a marked bookmark', async () => {
    await create('initial');
    const watch = await cluster.watch(
      path(
        '&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&resourceVersion=',
      ),
    );
    expect((await watch.next(named('initial'))).type).toBe('ADDED');
    const bookmark = await watch.next(({ type }) => type === 'BOOKMARK');
    expect(
      bookmark.object.metadata.annotations['k8s.io/initial-events-end'],
    ).toBe('true');
  });

  it('sendInitialEvents needs resourceVersionMatch', async () => {
    const { status, body } = await cluster.api.get(
      path('&sendInitialEvents=true&allowWatchBookmarks=true'),
    );
    expect(status).toBe(422);
    expect(body.message).toContain('resourceVersionMatch');
  });

  it('a watch as table sends rows', async () => {
    const response = await cluster.api.open(
      path(`&resourceVersion=${await currentVersion()}`),
      {
        headers: {
          Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
        },
      },
    );
    await create('row');
    response.setEncoding('utf8');
    const line = await new Promise<string>(resolve =>
      response.once('data', resolve),
    );
    response.destroy();
    const event = JSON.parse(line.split('\n')[0]);
    expect(event.object.kind).toBe('Table');
    expect(event.object.rows[0].cells[0]).toBe('row');
  });

  it('a watch over all namespaces reports this one', async () => {
    const watch = await cluster.watch(
      `/api/v1/configmaps?watch=true&resourceVersion=${await currentVersion()}`,
    );
    await create('everywhere');
    const event = await watch.next(
      ({ object }) =>
        object.metadata.namespace === cluster.namespace &&
        object.metadata.name === 'everywhere',
    );
    expect(event.type).toBe('ADDED');
  });

  it('an update that changes nothing reports nothing', async () => {
    const { body } = await create('quiet');
    const watch = await cluster.watch(
      path(`&resourceVersion=${body.metadata.resourceVersion}`),
    );
    await cluster.api.put(cluster.core('configmaps', 'quiet'), body);
    await create('after-quiet');
    expect((await watch.next()).object.metadata.name).toBe('after-quiet');
  });

  it('two watchers see the same events', async () => {
    const version = await currentVersion();
    const watches = await Promise.all([
      cluster.watch(path(`&resourceVersion=${version}`)),
      cluster.watch(path(`&resourceVersion=${version}`)),
    ]);
    await create('shared');
    const events = await Promise.all(watches.map(watch => watch.next()));
    expect(events[0]).toEqual(events[1]);
  });
});
