/** Prints what it is told to of forms.json, which lies beside it, with plain.json: both are lists of texts. */
export const LEAK_PROGRAM = `
import { readFileSync, writeSync } from 'node:fs';
const forms = JSON.parse(readFileSync(new URL('forms.json', import.meta.url)));
const plain = JSON.parse(readFileSync(new URL('plain.json', import.meta.url)));
const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
const split = (text, at, to) => {
  const bytes = Buffer.from(text);
  writeSync(to, bytes.subarray(0, at));
  pause();
  writeSync(to, bytes.subarray(at));
  writeSync(to, '\\n');
};
const acts = {
  split() {
    for (const form of forms) {
      const { length } = Buffer.from(form);
      for (const at of [1, 2, 7, length >> 1, length - 3, length - 1]) split(form, at, at % 2 ? 1 : 2);
    }
    const { length } = Buffer.from(plain[0]);
    for (let at = 1; at < length; at += 1) split(plain[0], at, 1);
  },
  large() {
    const all = forms.join('\\n') + '\\n';
    process.stdout.write(('x'.repeat(997) + '\\n' + all).repeat(1 + (200_000 / all.length | 0)));
  },
  async emit() {
    const post = (type, payload) =>
      fetch(process.env.GREENROOM_URL + '/v1/events', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-greenroom-session': process.env.SESSION_ID },
        body: JSON.stringify({ type, payload }),
      });
    for (const form of forms) {
      const answers = await Promise.all([
        post('agent.text', { text: form }),
        post('agent.error', { reason: 'Leak', message: form }),
        post('my.own', { [form]: form, list: [form] }),
        post('agent.status', { text: 7, [form]: form }),
        post('session.completed', { text: form }),
      ]);
      console.log(answers.map(({ status }) => status).join(' '));
    }
  },
};
await acts[process.argv[2]]();
`;

/** Shows each of the forms in a folder on every way out of a pod that a playbook has; with the input `fail` it fails at the end. */
export const leakingPlaybook = (folder: string) =>
  `
inputs:
  - { name: fail, type: boolean, default: false, description: Whether to end with an error. }
steps:
  - name: print all forms
    run: cat ${folder}/forms.json
    set: forms
  - name: print them in pieces
    run: ${process.execPath} ${folder}/leak.mjs split
  - name: say and keep each
    forEach:
      in: outputs.forms.json
      steps:
        - name: say
          status: \${{ item }}
        - name: keep
          artifact: { name: note.txt, title: 'Note \${{ item }}', content: '\${{ item }}' }
  - name: write files
    run: |
      cat ${folder}/forms.txt > small.txt
      ${process.execPath} ${folder}/leak.mjs large > large.txt
  - name: keep a small file
    artifact: { name: small.txt, path: small.txt }
  - name: keep a large file
    artifact: { name: large.txt, path: large.txt }
  - name: emit
    run: ${process.execPath} ${folder}/leak.mjs emit
  - name: fail at something
    run: cat ${folder}/forms.txt >&2; exit 3
    onFailure: continue
  - name: ask
    permit:
      action: 'Use \${{ outputs.forms.json[1] }}'
      reason: 'Because of \${{ outputs.forms.json[2] }}'
      timeout: 1s
    onFailure: continue
  - name: tell people
    mcp:
      tool: greenroom/notify
      arguments: { title: 'On \${{ outputs.forms.json[1] }}', message: '\${{ outputs.forms.text }}' }
  - name: fail for good
    when: inputs.fail
    run: head -c 500 ${folder}/forms.txt >&2; exit 1
  - name: answer
    run: cat ${folder}/forms.txt
`.trimStart();
