import type { ToolSettings } from '@greenroom/protocol';
import type { FunctionDefinition } from './FunctionDefinition';

/**
 * Digests of the definitions that were approved. Until the operator has seen a tool and pinned it, what was seen first is what
 * counts: a server must not change its word under an agent even then.
 */
export class ToolPins {
  private readonly firstSeen = new Map<string, Map<string, string>>();

  /** The pins of a tool. */
  of(
    { name, url, pins }: ToolSettings,
    functions: ReadonlyMap<string, FunctionDefinition>,
  ): ReadonlyMap<string, string> {
    if (pins) return new Map(pins.map(pin => [pin.name, pin.digest]));
    const key = `${name} ${url}`;
    const seen = this.firstSeen.get(key) ?? new Map<string, string>();
    this.firstSeen.set(key, seen);
    for (const [each, { digest }] of functions) {
      if (!seen.has(each)) seen.set(each, digest);
    }
    return seen;
  }
}
