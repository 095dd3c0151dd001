/** What admission has to look up. */
export interface AdmissionLookup {
  /** Whether there is an AgentTemplate; asks the API server where the cache has none, because it may lag. */
  hasTemplate(namespace: string, name: string): Promise<boolean>;
  hasAgent(namespace: string, name: string): Promise<boolean>;
  /** Names of an agent's Tasks that have started and not ended. */
  runningTasks(namespace: string, agent: string): string[];
}
