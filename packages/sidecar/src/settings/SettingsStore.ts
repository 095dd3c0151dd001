import type { AgentSettings } from '@greenroom/protocol';

/** The agent's settings as the operator pushed them last, and who wants to know of changes. */
export class SettingsStore {
  private value: AgentSettings | undefined;
  private readonly listeners = new Set<(settings: AgentSettings) => void>();

  /** @throws when the operator has not been heard of yet; routes answer 503 until then */
  get current(): AgentSettings {
    if (!this.value)
      throw new Error(
        'The operator has not sent the agent’s settings yet. Try again when the pod is ready.',
      );
    return this.value;
  }

  get isKnown(): boolean {
    return this.value !== undefined;
  }

  /** Calls the listener now, if there are settings, and whenever their digest changes. @returns ends that */
  subscribe(listener: (settings: AgentSettings) => void): () => void {
    this.listeners.add(listener);
    if (this.value) listener(this.value);
    return () => this.listeners.delete(listener);
  }

  set(settings: AgentSettings): void {
    const isSame = this.value?.digest === settings.digest;
    this.value = settings;
    if (!isSame) for (const listener of this.listeners) listener(settings);
  }
}
