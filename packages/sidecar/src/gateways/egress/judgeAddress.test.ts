import { judgeAddress } from './judgeAddress';

describe('judgeAddress', () => {
  it.each([
    ['93.184.216.34', 'public'],
    ['2606:2800:220:1::1', 'public'],
    ['64:ff9b::5db8:d822', 'public'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd12:3456::1', 'private'],
    ['::ffff:10.0.0.1', 'private'],
    ['64:ff9b::a00:1', 'private'],
    ['127.0.0.1', 'any'],
    ['127.96.0.7', 'any'],
    ['::1', 'any'],
    ['::ffff:127.0.0.1', 'any'],
    ['0.0.0.0', 'any'],
    ['::', 'any'],
    ['169.254.169.254', 'any'],
    ['::ffff:169.254.169.254', 'any'],
    ['64:ff9b::a9fe:a9fe', 'any'],
    ['fe80::1', 'any'],
    ['fd00:ec2::254', 'any'],
    ['100.100.100.200', 'any'],
    ['168.63.129.16', 'any'],
    ['224.0.0.1', 'any'],
    ['255.255.255.255', 'any'],
    ['2002:7f00:1::', 'any'],
  ] as const)('%s needs the reach %s', (address, needed) => {
    const reaches = ['public', 'private', 'any'] as const;
    const allowed = reaches.filter(
      reach => judgeAddress(address, reach, []).allowed,
    );
    expect(allowed).toEqual(reaches.slice(reaches.indexOf(needed)));
  });

  it.each(['0177.0.0.1', '0x7f.1', '2130706433', '127.1', 'example.com', ''])(
    'does not take "%s" for an address, which others may read otherwise',
    text => {
      expect(judgeAddress(text, 'any', [])).toMatchObject({ allowed: false });
    },
  );

  it('allows what lies in a network that was allowed by its numbers, and nothing beside it', () => {
    expect(judgeAddress('10.1.2.3', 'public', ['10.1.0.0/16']).allowed).toBe(
      true,
    );
    expect(judgeAddress('10.2.2.3', 'public', ['10.1.0.0/16']).allowed).toBe(
      false,
    );
    expect(
      judgeAddress('::1', 'public', ['10.1.0.0/16', 'nonsense/9']).allowed,
    ).toBe(false);
  });
});
