import type { Step } from './Step';

/** An input as the playbook declares it. */
export interface PlaybookInput {
  name: string;
  type: 'string' | 'number' | 'boolean';
  default?: string | number | boolean;
  description?: string;
}

/** A checked playbook: every step is well-formed and every name it reads exists. */
export interface Playbook {
  inputs: PlaybookInput[];
  steps: Step[];
}
