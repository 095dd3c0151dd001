import type { Commit } from './commits';

/** Somebody who committed. Bots are told apart, so that they count for no person. */
export interface Contributor {
  name: string;
  email: string;
  commits: number;
  recentCommits: number;
  firstCommit: string;
  lastCommit: string;
  isBot: boolean;
}

/** A person who appears under several names or addresses. */
export interface Alias {
  name: string;
  email: string;
  others: { name: string; email: string }[];
}

const BOT =
  /\[bot\]|\bbot\b|renovate|dependabot|greenkeeper|github-actions|semantic-release/i;

/** Everybody who committed, most commits first. `recentSince` is in seconds since 1970. */
export function contributorsOf(
  commits: readonly Commit[],
  recentSince: number,
): Contributor[] {
  const people = new Map<
    string,
    Omit<Contributor, 'firstCommit' | 'lastCommit'> & {
      first: number;
      last: number;
    }
  >();
  for (const { name, email, time } of commits) {
    const known = people.get(email);
    const person = known ?? {
      name,
      email,
      commits: 0,
      recentCommits: 0,
      first: time,
      last: time,
      isBot: BOT.test(name) || /\[bot\]@/.test(email),
    };
    person.commits += 1;
    if (time >= recentSince) person.recentCommits += 1;
    person.first = Math.min(person.first, time);
    person.last = Math.max(person.last, time);
    if (!known) people.set(email, person);
  }
  return [...people.values()]
    .sort((a, b) => b.commits - a.commits || a.name.localeCompare(b.name))
    .map(({ first, last, ...person }) => ({
      ...person,
      firstCommit: isoDay(first),
      lastCommit: isoDay(last),
    }));
}

/**
 * The smallest number of people who together made at least half of the commits; 0 where there are none.
 */
export function busFactor(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let reached = 0;
  let people = 0;
  for (const count of [...counts].sort((a, b) => b - a)) {
    if (reached * 2 >= total) break;
    reached += count;
    people += 1;
  }
  return people;
}

/**
 * People who look like one: the same full name with several addresses. A single word is no evidence: many are called
 * "alex". The most used address of the latest spelling stands first.
 */
export function aliasesOf(contributors: readonly Contributor[]): Alias[] {
  const byName = new Map<string, Contributor[]>();
  for (const person of contributors) {
    const key = person.name.trim().toLowerCase().replace(/\s+/g, ' ');
    if (person.isBot || !key.includes(' ')) continue;
    byName.set(key, [...(byName.get(key) ?? []), person]);
  }
  return [...byName.values()]
    .filter(people => people.length > 1)
    .map(([main, ...others]) => ({
      name: main.name,
      email: main.email,
      others: others.map(({ name, email }) => ({ name, email })),
    }));
}

function isoDay(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
