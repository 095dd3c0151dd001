import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sectionNames, type Section, type SectionName } from './Finding';
import type { Fix } from './fixes/Fix';
import type { Sections } from './inspect';
import type { Inspected } from './report/Inspected';

type Subject = Omit<Inspected, 'sections'>;

/** The output folder: what one command found is there for the next. */
export class State {
  constructor(readonly directory: string) {}

  /** Path of an output. */
  path(name: string): string {
    return join(this.directory, name);
  }

  /** Begins anew: what an earlier inspection left would mix with this one. */
  async begin(subject: Subject): Promise<void> {
    await rm(this.path('sections'), { recursive: true, force: true });
    await mkdir(this.path('sections'), { recursive: true });
    await this.write('repository.json', json(subject));
  }

  async saveSection(section: Section<unknown>): Promise<void> {
    await mkdir(this.path('sections'), { recursive: true });
    await this.write(`sections/${section.name}.json`, json(section));
  }

  /**
   * @throws {Error} when nothing was inspected into this folder yet.
   */
  async inspected(): Promise<Inspected> {
    const subject = await this.read<Subject>('repository.json');
    if (!subject) {
      throw new Error(
        `Nothing was inspected into ${this.directory} yet. Run "repo-doctor inspect" with the same --out first.`,
      );
    }
    const sections: Partial<Record<SectionName, Section>> = {};
    for (const name of sectionNames) {
      const section = await this.read<Section>(`sections/${name}.json`);
      if (section) sections[name] = section;
    }
    return { ...subject, sections: sections as Sections };
  }

  async fixes(): Promise<Fix[]> {
    return (await this.read<Fix[]>('fixes.json')) ?? [];
  }

  async saveFixes(fixes: readonly Fix[]): Promise<void> {
    await this.write('fixes.json', json(fixes));
  }

  async write(name: string, content: string): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    await writeFile(this.path(name), content);
  }

  private async read<T>(name: string): Promise<T | undefined> {
    try {
      return JSON.parse(await readFile(this.path(name), 'utf8')) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
