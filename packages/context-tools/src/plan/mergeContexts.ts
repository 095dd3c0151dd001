/** The agent's items and then the task's; a task's item takes the place of the agent's of the same name. */
export function mergeContexts<Item extends { name?: string }>(
  agent: readonly Item[],
  task: readonly Item[],
): Item[] {
  const replaced = new Set<Item>();
  const merged = agent.map(item => {
    const replacement =
      item.name && task.find(candidate => candidate.name === item.name);
    if (!replacement) return item;
    replaced.add(replacement);
    return replacement;
  });
  return [...merged, ...task.filter(item => !replaced.has(item))];
}
