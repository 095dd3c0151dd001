import { loadConfig } from './loadConfig';

describe('loadConfig', () => {
  it('takes a flag before a variable before a default', () => {
    const environment = {
      POD_NAMESPACE: 'from-variable',
      JOURNAL_MAX_SIZE: '1Gi',
      POD_IP: '',
    };
    const config = loadConfig(['--namespace', 'from-flag'], environment);
    expect(config).toMatchObject({
      namespace: 'from-flag',
      journalMaxBytes: 1024 ** 3,
      journalMaxAgeMs: 30 * 24 * 3_600_000,
      securePort: 8443,
      host: '0.0.0.0',
      kubeconfig: undefined,
    });
  });

  it.each([
    [['--secure-port', '70000'], '--secure-port must be a port'],
    [['--journal-max-age', 'soon'], '--journal-max-age:'],
    [['--journal-max-size', 'big'], '--journal-max-size:'],
    [['--unknown'], 'Settings:'],
  ])('refuses %j and says which', (args, message) => {
    expect(() => loadConfig(args, {})).toThrow(message);
  });
});
