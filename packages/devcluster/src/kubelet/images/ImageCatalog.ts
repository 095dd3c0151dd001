import { imageNameOf } from './imageNameOf';

/** What an image is here: a command on this machine and the environment it needs. */
export interface LocalImage {
  /** The entry point, used where a container names no `command`. */
  command?: string[];
  /** Added to the container's environment; `$VAR` and `${VAR}` come from the program's own. */
  env?: Record<string, string>;
  /** Where the container starts unless it says otherwise; an absolute path of this machine. */
  workingDir?: string;
}

/** A file of local images that cannot be used. */
export class ImagesFileError extends Error {
  readonly name = 'ImagesFileError';
}

/** Says what each image name stands for. Tags and digests do not matter: what is installed here is the only version. */
export class ImageCatalog {
  readonly #images: ReadonlyMap<string, LocalImage>;

  constructor(images: Record<string, LocalImage>) {
    this.#images = new Map(
      Object.entries(images).map(([name, image]) => [imageNameOf(name), image]),
    );
  }

  /** Reads `{ "images": { "<name>": { command, env, workingDir } } }`. Throws {@link ImagesFileError}, which names the entry. */
  static parse(text: string, file: string): ImageCatalog {
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch (cause) {
      throw new ImagesFileError(
        `The images file ${file} is not JSON: ${(cause as Error).message}.`,
        { cause },
      );
    }
    const images = (content as { images?: unknown } | null)?.images;
    if (!isRecord(images)) {
      throw new ImagesFileError(
        `The images file ${file} has no object "images". Write {"images": {"<name>": {"command": ["…"]}}}.`,
      );
    }
    for (const [name, image] of Object.entries(images)) {
      const problem = problemOf(image);
      if (problem) {
        throw new ImagesFileError(
          `The images file ${file} describes "${name}" wrongly: ${problem}.`,
        );
      }
    }
    return new ImageCatalog(images as Record<string, LocalImage>);
  }

  get names(): string[] {
    return [...this.#images.keys()].sort();
  }

  /** The image of that name, whatever its tag or digest. */
  find(reference: string): LocalImage | undefined {
    return this.#images.get(imageNameOf(reference));
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function problemOf(image: unknown): string | undefined {
  if (!isRecord(image)) return 'it must be an object';
  const { command, env, workingDir, ...unknown } = image;
  const [stranger] = Object.keys(unknown);
  if (stranger) {
    return `"${stranger}" is not known (known: command, env, workingDir)`;
  }
  if (command !== undefined) {
    if (!Array.isArray(command) || !command.length || !command.every(isText)) {
      return '"command" must be a list of one or more strings';
    }
  }
  if (env !== undefined) {
    if (!isRecord(env) || !Object.values(env).every(isText)) {
      return '"env" must be an object of strings';
    }
  }
  if (workingDir !== undefined && !isText(workingDir)) {
    return '"workingDir" must be a string';
  }
  return undefined;
}
