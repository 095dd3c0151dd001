import packageJson from '../package.json';
import { readConfig } from './config/readConfig';
import { credentialRoutes } from './gateways/credentials/credentialRoutes';
import { egressListener } from './gateways/egress/egressListener';
import { llmRoutes } from './gateways/llm/llmRoutes';
import { mcpGateway } from './gateways/mcp/mcpGateway';
import { startSidecar } from './Sidecar';

async function main(): Promise<void> {
  const config = readConfig(process.env, packageJson.version);
  const sidecar = await startSidecar(
    config,
    [mcpGateway, llmRoutes, credentialRoutes, egressListener],
    line => process.stdout.write(line),
  );
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= sidecar.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const reason = await sidecar.failed;
  if (!stopping) throw new Error(reason);
}

// What is written for the agent must be readable to it; the state folder has modes of its own.
process.umask(0o022);
main().catch(error => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
});
