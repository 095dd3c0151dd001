import { runProgram } from './program/runProgram';

// Nothing that is written for an agent is writable by others than the pod's user.
process.umask(0o022);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
process.once('SIGINT', () => stop.abort());
void runProgram(process.argv.slice(2), process.env, stop.signal).then(code => {
  process.exitCode = code;
});
