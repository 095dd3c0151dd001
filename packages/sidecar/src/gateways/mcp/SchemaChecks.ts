import type { Ajv, Options, ValidateFunction } from 'ajv';

/** What the SDK calls a validator of JSON Schema; also used for the tools' inputs. */
export interface SchemaCheck {
  (value: unknown):
    | { valid: true; data: never; errorMessage: undefined }
    | { valid: false; data: undefined; errorMessage: string };
}

/** Schemas of more functions than a model can be given. */
const MOST_COMPILED = 512;

/**
 * Checks values by the JSON Schemas of tool servers, which nobody here wrote: their regular expressions run in RE2, so that a schema
 * cannot stop the sidecar, and what RE2 does not know (such as look-ahead) is left to the server.
 */
export class SchemaChecks {
  private readonly compiled = new Map<string, SchemaCheck>();

  private constructor(
    /** 2020-12, which MCP means when a schema does not say. */
    private readonly current: Ajv,
    private readonly draft7: Ajv,
  ) {}

  static async load(): Promise<SchemaChecks> {
    const [{ default: Ajv2020 }, { default: Ajv7 }, { RE2JS }] =
      await Promise.all([
        import('ajv/dist/2020'),
        import('ajv'),
        import('@bufbuild/re2'),
      ]);
    const regExp = (pattern: string) => {
      try {
        const compiled = RE2JS.compile(pattern);
        return { test: (text: string) => compiled.test(text) };
      } catch {
        return { test: () => true };
      }
    };
    const options: Options = {
      strict: false,
      validateFormats: false,
      validateSchema: false,
      addUsedSchema: false,
      logger: false,
      code: { regExp: Object.assign(regExp, { code: 'undefined' }) },
    };
    const make = (ajv: Ajv) => {
      // Compares every item with every other: too slow for what strangers send.
      ajv.removeKeyword('uniqueItems');
      return ajv;
    };
    return new SchemaChecks(
      make(new Ajv2020(options) as unknown as Ajv),
      make(new Ajv7(options) as unknown as Ajv),
    );
  }

  /**
   * The check of one schema; compiled once.
   *
   * @throws Error when the schema is none
   */
  getValidator<T>(
    schema: object,
  ): SchemaCheck & ((value: unknown) => T & never) {
    const key = JSON.stringify(schema);
    let check = this.compiled.get(key);
    if (!check) {
      check = checkOf(this.compile(schema));
      for (const oldest of this.compiled.keys()) {
        if (this.compiled.size < MOST_COMPILED) break;
        this.compiled.delete(oldest);
      }
      this.compiled.set(key, check);
    }
    return check as never;
  }

  private compile(schema: object): ValidateFunction {
    const { $schema, $id, ...rest } = schema as {
      $schema?: unknown;
      $id?: unknown;
    };
    const isOld = typeof $schema === 'string' && /draft-0[4-7]/.test($schema);
    return (isOld ? this.draft7 : this.current).compile(rest);
  }
}

function checkOf(validate: ValidateFunction): SchemaCheck {
  return value => {
    if (validate(value))
      return { valid: true, data: value as never, errorMessage: undefined };
    const [{ instancePath, message = 'is not as the schema says', params }] =
      validate.errors!;
    const place = instancePath.slice(1).replaceAll('/', '.');
    const extra =
      typeof params.additionalProperty === 'string'
        ? ` ("${params.additionalProperty}")`
        : '';
    const choices = Array.isArray(params.allowedValues)
      ? `: ${params.allowedValues.map(each => JSON.stringify(each)).join(', ')}`
      : '';
    return {
      valid: false,
      data: undefined,
      errorMessage: `${place ? `${place} ` : ''}${message}${extra}${choices}`,
    };
  };
}
