import { JSONPath } from 'jsonpath-plus';
import type { Json } from '../../store/KubernetesObject';
import { ageOf } from '../tables/age';
import type { TableColumn } from '../tables/TableColumn';

/** One entry of `additionalPrinterColumns`. */
export interface PrinterColumn {
  name: string;
  type: TableColumn['type'];
  format?: string;
  description?: string;
  priority?: number;
  jsonPath: string;
}

const nameColumn: TableColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: '',
  priority: 0,
  cell: ({ metadata }) => metadata.name,
};

const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
};

/** The columns of a custom kind: its name, then what its definition says, or its age. */
export function printerColumns(
  columns: PrinterColumn[] = [ageColumn],
): TableColumn[] {
  return [nameColumn, ...columns.map(tableColumn)];
}

function tableColumn({
  name,
  type,
  format,
  description,
  priority,
  jsonPath,
}: PrinterColumn): TableColumn {
  const read = compileJsonPath(jsonPath);
  return {
    name,
    type: type === 'date' ? 'string' : type,
    format: format ?? '',
    description:
      description ??
      `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    priority: priority ?? 0,
    cell(object, now) {
      const values = read(object);
      if (!values.length) return undefined;
      const [value] = values;
      switch (type) {
        case 'date':
          return typeof value === 'string' ? ageOf(value, now) : '<unknown>';
        case 'string':
          return typeof value === 'object'
            ? JSON.stringify(values.length > 1 ? values : value)
            : values.map(String).join(',');
        case 'integer':
        case 'number':
          return typeof value === 'number' ? value : undefined;
        default:
          return typeof value === 'boolean' ? value : undefined;
      }
    },
  };
}

/** A reader of kubectl's dialect of JSONPath: braces are optional, `a\.b` is one key. */
export function compileJsonPath(text: string): (object: Json) => Json[] {
  const inner = text.trim().replace(/^\{(.*)\}$/, '$1');
  const plain = /^(\.[A-Za-z_][A-Za-z0-9_]*)+$/.exec(inner);
  if (plain) {
    const parts = inner.slice(1).split('.');
    return object => {
      let value = object;
      for (const part of parts) {
        if (value === null || value === undefined) return [];
        value = value[part];
      }
      return value === undefined || value === null ? [] : [value];
    };
  }
  const path = `$${inner}`.replace(
    /\.((?:[^.[\]\\]|\\.)*\\\.(?:[^.[\]\\]|\\.)*)/g,
    (_, key) => `['${key.replaceAll('\\.', '.')}']`,
  );
  return object => {
    try {
      const found = JSONPath({
        path,
        json: object,
        eval: 'safe',
        wrap: true,
      }) as Json[];
      return (found ?? []).filter(each => each !== undefined && each !== null);
    } catch {
      return [];
    }
  };
}
