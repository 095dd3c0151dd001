import { upstreamProxyFor } from './upstreamProxyFor';

const env = {
  HTTP_PROXY: 'http://plain:3128',
  HTTPS_PROXY: 'http://tunnel:3128',
  NO_PROXY: 'localhost, .svc,*.corp,exact.example.com,ported.example.com:8443',
};

const at = (host: string, port = 443, isHttp = false) =>
  upstreamProxyFor({ host, port, isHttp }, env);

describe('upstreamProxyFor', () => {
  it('has a proxy for each scheme, and none where none is set', () => {
    expect(at('example.com')).toBe('http://tunnel:3128');
    expect(at('example.com', 80, true)).toBe('http://plain:3128');
    expect(
      upstreamProxyFor({ host: 'a', port: 1, isHttp: true }, {}),
    ).toBeUndefined();
  });

  it.each([
    ['localhost', 443],
    ['tools.default.svc', 443],
    ['git.corp', 443],
    ['exact.example.com', 443],
    ['ported.example.com', 8443],
  ])('goes to %s:%d directly', (host, port) => {
    expect(at(host, port)).toBeUndefined();
  });

  it.each([
    ['below.exact.example.com', 443],
    ['ported.example.com', 443],
    ['evilcorp', 443],
  ])('goes to %s:%d through the proxy', (host, port) => {
    expect(at(host, port)).toBe('http://tunnel:3128');
  });
});
