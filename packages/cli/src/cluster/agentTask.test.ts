import { Task } from '@greenroom/kinds';
import { agentTask } from './agentTask';

const options = { agent: 'repo-doctor', namespace: 'default', settings: [] };

describe('the task that run creates', () => {
  it('is one that its kind accepts', () => {
    const task = agentTask({ ...options, repository: 'https://example.com/x' });
    expect(Task.spec.safeParse(task.spec).error).toBeUndefined();
    expect(task.spec.agentRef).toEqual({ name: 'repo-doctor' });
  });

  it('carries inputs as front matter of the description', () => {
    const { spec } = agentTask({
      ...options,
      settings: ['branch=main', 'query=a=b'],
      description: 'Look.',
    });
    expect(spec.description).toBe(
      '---\ninputs:\n  branch: main\n  query: a=b\n---\n\nLook.',
    );
  });

  it.each(['branch', '=x'])('refuses the setting "%s"', setting => {
    expect(() => agentTask({ ...options, settings: [setting] })).toThrow(
      '--set takes key=value',
    );
  });

  it.each([
    ['https://example.com/x.git', 'https://example.com/x.git'],
    ['git@example.com:a/b.git', 'git@example.com:a/b.git'],
    ['file:///clone', 'file:///clone'],
    [process.cwd(), `file://${process.cwd()}`],
  ])('takes the repository %s', (repository, expected) => {
    const { spec } = agentTask({ ...options, repository });
    expect(spec.contexts).toMatchObject([
      {
        name: 'repository',
        type: 'Git',
        mountPath: 'repository',
        git: { repository: expected, depth: 0 },
      },
    ]);
  });

  it('refuses a folder that is not there', () => {
    expect(() =>
      agentTask({ ...options, repository: './no/such/folder' }),
    ).toThrow('There is no folder');
  });
});
