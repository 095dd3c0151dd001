import type { Json } from '../../store/KubernetesObject';

/**
 * A set of paths into an object, in the shape of `fieldsV1`: keys are `f:<field>`, `k:<keys as JSON>`, `v:<value as
 * JSON>` or `i:<index>`. Sets are not changed once they are shared; operations return new ones.
 */
export class FieldSet {
  readonly members = new Set<string>();
  readonly children = new Map<string, FieldSet>();

  /** The set at a key, made if it is not there. */
  descend(key: string): FieldSet {
    let child = this.children.get(key);
    if (!child) this.children.set(key, (child = new FieldSet()));
    return child;
  }

  get isEmpty(): boolean {
    if (this.members.size) return false;
    for (const child of this.children.values())
      if (!child.isEmpty) return false;
    return true;
  }

  union(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const each of [this, other]) {
      for (const member of each.members) result.members.add(member);
      for (const [key, child] of each.children) {
        const known = result.children.get(key);
        result.children.set(key, known ? known.union(child) : child);
      }
    }
    return result;
  }

  /** The paths that are not in the other set. */
  difference(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const member of this.members) {
      if (!other.members.has(member)) result.members.add(member);
    }
    for (const [key, child] of this.children) {
      const theirs = other.children.get(key);
      result.keep(key, theirs ? child.difference(theirs) : child);
    }
    return result;
  }

  /** The paths that are neither in the other set nor below one of its members. */
  recursiveDifference(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const member of this.members) {
      if (!other.members.has(member)) result.members.add(member);
    }
    for (const [key, child] of this.children) {
      if (other.members.has(key)) continue;
      const theirs = other.children.get(key);
      result.keep(key, theirs ? child.recursiveDifference(theirs) : child);
    }
    return result;
  }

  intersection(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const member of this.members) {
      if (other.members.has(member)) result.members.add(member);
    }
    for (const [key, child] of this.children) {
      const theirs = other.children.get(key);
      if (theirs) result.keep(key, child.intersection(theirs));
    }
    return result;
  }

  equals(other: FieldSet): boolean {
    return this.difference(other).isEmpty && other.difference(this).isEmpty;
  }

  /** Every path, as messages show it: `.spec.containers[name="main"].image`. */
  paths(prefix = ''): string[] {
    const result: string[] = [];
    for (const member of this.members)
      result.push(prefix + shownElement(member));
    for (const [key, child] of this.children) {
      result.push(...child.paths(prefix + shownElement(key)));
    }
    return result.sort();
  }

  toJson(): Record<string, Json> {
    const result: Record<string, Json> = {};
    for (const key of [
      ...new Set([...this.members, ...this.children.keys()]),
    ].sort()) {
      const child = this.children.get(key)?.toJson() ?? {};
      const hasChildren = Object.keys(child).length > 0;
      if (this.members.has(key))
        result[key] = hasChildren ? { '.': {}, ...child } : {};
      else if (hasChildren) result[key] = child;
    }
    return result;
  }

  static fromJson(json: Record<string, Json>): FieldSet {
    const result = new FieldSet();
    for (const [key, value] of Object.entries(json)) {
      if (key === '.') continue;
      const inner = Object.keys(value);
      if (!inner.length || '.' in value) result.members.add(key);
      if (inner.length) result.keep(key, FieldSet.fromJson(value));
    }
    return result;
  }

  /** The set of these paths, each a list of keys. */
  static of(...paths: string[][]): FieldSet {
    const result = new FieldSet();
    for (const path of paths) {
      let at = result;
      for (const key of path.slice(0, -1)) at = at.descend(key);
      at.members.add(path[path.length - 1]);
    }
    return result;
  }

  private keep(key: string, child: FieldSet): void {
    if (!child.isEmpty) this.children.set(key, child);
  }
}

function shownElement(key: string): string {
  const rest = key.slice(2);
  switch (key[0]) {
    case 'f':
      return `.${rest}`;
    case 'k':
      return `[${Object.entries(JSON.parse(rest))
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(',')}]`;
    case 'v':
      return `[=${rest}]`;
    default:
      return `[${rest}]`;
  }
}
