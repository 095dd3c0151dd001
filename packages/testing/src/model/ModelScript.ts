import type { ModelReply } from './ModelReply';
import { lastText, type ModelRequest } from './ModelRequest';
import { holds, type ModelRule } from './ModelRule';

/** The rules of a fake model, and how often each was used. The first that holds and is not used up answers. */
export class ModelScript {
  private readonly used = new Map<ModelRule, number>();

  constructor(private rules: readonly ModelRule[]) {}

  /** Puts rules before those that are there. */
  prepend(...rules: ModelRule[]): void {
    this.rules = [...rules, ...this.rules];
  }

  /** What to do with a request. Without a rule, the model repeats what it was told, so that any test gets an answer. */
  replyTo(request: ModelRequest): ModelReply {
    const index = this.rules.findIndex(
      rule =>
        (this.used.get(rule) ?? 0) < (rule.times ?? Infinity) &&
        holds(rule.when, request),
    );
    const rule = this.rules[index];
    if (!rule) return { text: `You said: ${lastText(request)}` };
    this.used.set(rule, (this.used.get(rule) ?? 0) + 1);
    request.rule = rule.name ?? String(index);
    return typeof rule.reply === 'function' ? rule.reply(request) : rule.reply;
  }
}
