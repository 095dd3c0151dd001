import { parsePlaybook } from './parsePlaybook';
import { PlaybookError } from './PlaybookError';

function faultsOf(text: string): string[] {
  try {
    parsePlaybook(text);
    return [];
  } catch (error) {
    if (!(error instanceof PlaybookError)) throw error;
    return error.faults.map(({ line, message }) => `${line}: ${message}`);
  }
}

describe('parsePlaybook', () => {
  it('reads inputs, every verb and the fields they share', () => {
    const playbook = parsePlaybook(`
inputs:
  - { name: who, default: world, description: Whom to greet. }
  - { name: times, type: number }
steps:
  - { name: one, run: echo hi, timeout: 1m30s, set: greeting }
  - { name: two, run: { script: pwd, shell: bash, workingDir: src, env: { A: b } } }
  - { name: three, http: { url: 'https://x.test/\${{ inputs.who }}', method: POST, body: { n: 1 }, expect: [200, 201] } }
  - { name: four, mcp: { tool: greenroom/notify, arguments: { message: hi } } }
  - { name: five, assert: outputs.greeting.text == 'hi', onFailure: continue }
  - { name: six, ask: { question: 'Sure?', choices: ['yes', 'no'], timeout: 5m, default: 'no' } }
  - { name: seven, permit: { action: Delete it, reason: Because. }, when: inputs.times > 1 }
  - { name: eight, artifact: { name: a.md, content: '# A', answer: true } }
  - { name: nine, status: Done }
  - { name: ten, model: { prompt: Say hi } }
  - { name: eleven, forEach: { in: '[1, 2]', steps: [{ name: inner, status: '\${{ item }} at \${{ index }}' }] } }
`);
    expect(playbook.inputs).toEqual([
      {
        name: 'who',
        type: 'string',
        default: 'world',
        description: 'Whom to greet.',
      },
      { name: 'times', type: 'number' },
    ]);
    expect(playbook.steps.map(step => step.verb)).toEqual([
      'run',
      'run',
      'http',
      'mcp',
      'assert',
      'ask',
      'permit',
      'artifact',
      'status',
      'model',
      'forEach',
    ]);
    expect(playbook.steps[0].timeoutMs).toBe(90_000);
    expect(playbook.steps[10].steps).toHaveLength(1);
  });

  it.each([
    ['no steps', 'inputs: []', /^1: steps: /],
    ['text that is not YAML', 'steps:\n  - name: "a\n', /not YAML/],
    [
      'a step without a verb',
      'steps:\n  - name: a\n  - name: b\n    run: ls',
      /^2: this step has no verb. Add one of run, http, /,
    ],
    [
      'a step with two verbs',
      'steps:\n  - name: a\n    run: ls\n    status: x',
      /^2: .*this one has run and status. Make it 2 steps./,
    ],
    [
      'an unknown field',
      'steps:\n  - name: a\n    run: ls\n    retries: 3',
      /^4: .*has no field "retries"/,
    ],
    [
      'an unknown field of a verb',
      'steps:\n  - name: a\n    permit:\n      action: x\n      reason: y\n      why: z',
      /^6: .*has no field "why"/,
    ],
    [
      'a bad duration',
      'steps:\n  - name: a\n    run: ls\n    timeout: 5 minutes',
      /^4: .*write a duration such as/,
    ],
    [
      'an expression that is not CEL',
      'steps:\n  - name: a\n    run: echo ${{ 1 + }}',
      /^3: an expression is not valid CEL/,
    ],
    [
      'a function there is not',
      'steps:\n  - name: a\n    assert: shout("x")',
      /^3: .*there is no function "shout"/,
    ],
    [
      'an input there is not',
      'inputs: [{ name: a }]\nsteps:\n  - name: x\n    status: ${{ inputs.b }}',
      /^4: .*reads "inputs.b", which does not exist here. There is inputs.a/,
    ],
    [
      'an output of a later step',
      'steps:\n  - name: x\n    status: ${{ outputs.y.text }}\n  - name: z\n    run: ls\n    set: y',
      /^3: .*Give an earlier step "set: y"/,
    ],
    [
      'a name there is not',
      'steps:\n  - name: x\n    when: env.HOME == "/"\n    run: ls',
      /^3: .*reads "env", which does not exist here/,
    ],
    [
      'item outside a loop',
      'steps:\n  - name: x\n    status: ${{ item }}',
      /reads "item", which does not exist/,
    ],
    [
      'an artifact with content and path',
      'steps:\n  - name: x\n    artifact: { name: a, path: b, content: c }',
      /set exactly one of path and content/,
    ],
    [
      'a fault inside a loop',
      'steps:\n  - name: x\n    forEach:\n      in: [1]\n      steps:\n        - name: y\n          runn: ls',
      /^6: this step has no verb/,
    ],
  ])('names the line of %s', (_, text, expected) => {
    expect(faultsOf(text)[0]).toMatch(expected);
  });

  it('names all faults at once', () => {
    expect(
      faultsOf(
        'steps:\n  - name: a\n    runn: x\n  - name: b\n    status: ${{ inputs.q }}\n  - run: ls',
      ),
    ).toHaveLength(3);
  });

  it('knows the variables of macros from names that are missing', () => {
    expect(
      faultsOf(
        'steps:\n  - name: a\n    assert: "[1, 2].all(n, n > 0) && size(task.name) > 0"',
      ),
    ).toEqual([]);
  });
});
