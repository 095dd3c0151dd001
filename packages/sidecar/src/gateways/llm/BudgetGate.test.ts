import type { TokenUsage } from '@greenroom/protocol';
import { SESSION_ID } from '../../testkit/startTestSidecar';
import { ModelBench, problem } from './testkit/ModelBench';

const gateway = new ModelBench();

afterEach(() => gateway.close());

describe('BudgetGate', () => {
  const budget = {
    tokens: 10_000,
    window: 'Day',
    on_exceeded: 'Stop',
  } as const;

  /** The operator's part: what is set aside and used never passes the limit. */
  function aLedger() {
    const held = new Map<string, number>();
    const ledger = { held, most: 0 };
    const limit = () =>
      gateway.bench.operator
        .events(SESSION_ID)
        .flatMap(({ type, payload }) =>
          type === 'budget.extended'
            ? [(payload as { limit_tokens: number }).limit_tokens]
            : [],
        )
        .at(-1) ?? budget.tokens;
    gateway.bench.operator.answer = ({ method, params }) => {
      const id = params.request_id as string;
      if (method === 'settle') {
        const used = params.usage as TokenUsage;
        held.set(id, used.input_tokens + used.output_tokens);
        return {};
      }
      if (method !== 'reserve') return { name: 'approval-1' };
      const sum = [...held.values()].reduce((all, each) => all + each, 0);
      const asked = params.tokens as number;
      if (sum + asked > limit())
        return {
          granted: false,
          message: `Agent "doctor" has ${
            budget.tokens - sum
          } of 10000 tokens left today.`,
        };
      held.set(id, asked);
      ledger.most = Math.max(ledger.most, sum + asked);
      return { granted: true };
    };
    return ledger;
  }

  it('never lets 50 calls at once pass a limit for 10', async () => {
    await gateway.start({
      settings: { budget },
      rules: [{ reply: { text: 'Hi', usage: { input: 60, output: 900 } } }],
    });
    const ledger = aLedger();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        gateway.ask('anthropic', { max_tokens: 900, stream: true }),
      ),
    );
    await Promise.all(answers.map(answer => answer.text()));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses.filter(status => status === 200)).toHaveLength(10);
    expect(statuses.filter(status => status === 402)).toHaveLength(40);
    expect(gateway.model.requests.all).toHaveLength(10);
    expect(ledger.most).toBeLessThanOrEqual(budget.tokens);
    const total = (await gateway.usage(10)).reduce(
      (sum, each) => sum + each.input_tokens + each.output_tokens,
      0,
    );
    expect(total).toBeLessThanOrEqual(budget.tokens);
  });

  it('refuses in a sentence, tells clients not to repeat it, and records it', async () => {
    await gateway.start({ settings: { budget } });
    aLedger();
    const answer = await gateway.ask('anthropic', { max_tokens: 20_000 });
    expect(answer.headers.get('x-should-retry')).toBe('false');
    expect(await problem(answer)).toMatchObject({
      status: 402,
      message: 'Agent "doctor" has 10000 of 10000 tokens left today.',
      body: { error: { type: 'billing_error' } },
    });
    const event = await gateway.bench.operator.until('budget.exceeded', () =>
      gateway.bench.operator
        .events(SESSION_ID)
        .find(({ type }) => type === 'budget.exceeded'),
    );
    expect(event.payload).toMatchObject({
      window: 'Day',
      limit_tokens: 10_000,
      message: 'Agent "doctor" has 10000 of 10000 tokens left today.',
    });
    expect(gateway.model.requests.all).toHaveLength(0);
  });

  describe('that asks people for more', () => {
    const decide = async (rest: object) => {
      const call = await gateway.bench.operator.until('approval', () =>
        gateway.bench.operator
          .messages('call')
          .find(({ method }) => method === 'create_approval'),
      );
      const params = call.params as { request_id: string };
      gateway.bench.operator.send({
        type: 'decision',
        session_id: SESSION_ID,
        request_id: params.request_id,
        approval: 'approval-1',
        approved: true,
        decided_by: 'jane',
        ...rest,
      });
      return params;
    };
    const begin = () =>
      gateway.start({
        settings: { budget: { ...budget, on_exceeded: 'Ask' } },
        rules: [{ reply: { text: 'Hi', usage: { input: 60, output: 900 } } }],
      });

    it('asks once for all calls that wait, and goes on with what they give', async () => {
      await begin();
      const ledger = aLedger();
      const answers = Array.from({ length: 15 }, () =>
        gateway.ask('anthropic', { max_tokens: 900 }),
      );
      const params = await decide({});
      expect(params).toMatchObject({
        type: 'Permission',
        action: 'Raise the budget of Agent "doctor" to 20000 tokens for today',
        arguments: { limit_tokens: 20_000 },
      });
      const statuses = (await Promise.all(answers)).map(each => each.status);
      expect(statuses).toEqual(Array(15).fill(200));
      expect(ledger.most).toBeLessThanOrEqual(20_000);
      const asked = gateway.bench.operator
        .messages('call')
        .filter(({ method }) => method === 'create_approval');
      expect(asked).toHaveLength(1);
    });

    it('takes the limit that the person wrote instead', async () => {
      await begin();
      aLedger();
      const answer = gateway.ask('anthropic', { max_tokens: 11_000 });
      await decide({ edited_arguments: { limit_tokens: 12_000 } });
      expect((await answer).status).toBe(200);
      const event = gateway.bench.operator
        .events(SESSION_ID)
        .find(({ type }) => type === 'budget.extended');
      expect(event?.payload).toEqual({
        window: 'Day',
        limit_tokens: 12_000,
        approval: 'approval-1',
        decided_by: 'jane',
        message: 'jane raised the budget to 12000 tokens for today.',
      });
    });

    it('refuses in the person’s words', async () => {
      await begin();
      aLedger();
      const answer = gateway.ask('anthropic', { max_tokens: 11_000 });
      await decide({ approved: false, reason: 'enough for today' });
      expect(await problem(await answer)).toMatchObject({
        status: 402,
        message:
          'Agent "doctor" has 10000 of 10000 tokens left today. More was refused: enough for today',
      });
    });
  });

  it('reserves the request and its longest answer, and settles with what was used', async () => {
    await gateway.start({
      settings: { budget },
      rules: [{ reply: { text: 'Hi', usage: { input: 10, output: 5 } } }],
    });
    const ledger = aLedger();
    await (await gateway.ask('anthropic', { max_tokens: 500 })).text();
    const { body } = gateway.model.requests.all[0];
    const bytes = Buffer.byteLength(JSON.stringify(body));
    expect(ledger.most).toBe(Math.ceil(bytes / 3) + 500);
    await gateway.bench.operator.until('settled', () =>
      [...ledger.held.values()].includes(15),
    );
  });

  it.each([
    ['chat', 'openai', 'max_completion_tokens'],
    ['chat', 'openai-compatible', 'max_tokens'],
    ['responses', 'openai', 'max_output_tokens'],
  ] as const)(
    'bounds what %s of %s may answer, so that it can be paid for',
    async (api, provider, field) => {
      await gateway.start({ settings: { budget }, model: { provider } });
      const ledger = aLedger();
      await (await gateway.ask(api)).text();
      expect(gateway.model.requests.all[0].body).toMatchObject({
        [field]: 8_192,
      });
      expect(ledger.most).toBeGreaterThan(8_192);
    },
  );

  it('pays for each of the answers that were asked for', async () => {
    await gateway.start({
      settings: { budget },
      model: { provider: 'openai' },
    });
    aLedger();
    const body = { max_completion_tokens: 4_000, n: 3 };
    expect((await gateway.ask('chat', body)).status).toBe(402);
  });

  it.each(['previous_response_id', 'conversation'])(
    'refuses %s, whose input nobody knows',
    async field => {
      await gateway.start({
        settings: { budget },
        model: { provider: 'openai' },
      });
      aLedger();
      const { status, message } = await problem(
        await gateway.ask('responses', { [field]: 'x' }),
      );
      expect([status, message]).toEqual([
        400,
        expect.stringContaining('Send the whole conversation in input.'),
      ]);
    },
  );

  it('gives back what a call set aside that nobody answered', async () => {
    await gateway.start({
      settings: { budget },
      model: { base_url: 'http://127.0.0.1:1' },
    });
    const ledger = aLedger();
    expect((await gateway.ask('anthropic', { max_tokens: 9_000 })).status).toBe(
      502,
    );
    await gateway.bench.operator.until('settled', () =>
      [...ledger.held.values()].every(each => each === 0),
    );
    expect(ledger.most).toBeGreaterThan(9_000);
  });

  it('makes no call while nobody can tell whether it fits', async () => {
    await gateway.start({ settings: { budget } });
    gateway.bench.operator.answer = () => ({ nonsense: true });
    const { status, message } = await problem(await gateway.ask('anthropic'));
    expect(status).toBe(503);
    expect(message).toContain('the operator could not be asked');
    expect(gateway.model.requests.all).toHaveLength(0);
  });

  it('makes no call to a model without a price when the budget is money', async () => {
    await gateway.start({
      settings: { budget: { ...budget, tokens: undefined, cost_usd: '5' } },
      model: { pricing: undefined },
    });
    aLedger();
    const { status, message } = await problem(await gateway.ask('anthropic'));
    expect(status).toBe(402);
    expect(message).toContain('kubectl patch model fast -n default');
  });
});
